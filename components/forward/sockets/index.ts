// What the system knows of TCP sockets, beyond what Node.js tells.
export { peerAnswers } from "./peer";
export { parseTcpTable, readTcpTables, type TcpRow, TcpState } from "./tcpTable";
