import { SerializeAddon } from "@xterm/addon-serialize";
import headless from "@xterm/headless";
import { run, type RunOptions } from "../tests/integration/support/run.ts";

/** More than any command here writes. */
const rows = 400;

/** Runs a command line at a terminal of so many columns, whatever comes of it, and gives what that shows in the end, as a page. */
export async function recorded(line: string, columns: number, options: RunOptions): Promise<string> {
  // Its size, and no more, is known to `stty` alone.
  const sized = `stty cols ${columns} rows ${rows}; ${line}`;
  const { stdout } = await run("script", ["--quiet", "--return", "--command", sized, "/dev/null"], {
    ...options,
    env: { ...options.env, TERM: "xterm-256color", NO_COLOR: undefined, COLORTERM: undefined },
  });
  return await terminalPage(`$ ${line}\r\n${stdout}`, columns);
}

async function terminalPage(text: string, columns: number): Promise<string> {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer);
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const html = serializer.serializeAsHTML().replace(emptyEnd, "");
  return `<!doctype html><style>${style}</style>${html.replace(/#[0-9a-f]{6}/g, (colour) => readable[colour] ?? colour)}`;
}

/** Rows below the last text. */
const emptyEnd = /(<div><span> *<\/span><\/div>)+(?=<\/div><\/pre>)/;
/** The emulator's own colours are dark on black. */
const readable: Record<string, string> = {
  "#cc0000": "#ff6b6b",
  "#4e9a06": "#6fd36f",
  "#c4a000": "#e5c35c",
  "#3465a4": "#7aa2f7",
  "#729fcf": "#8ab4f8",
  "#75507b": "#d699d6",
  "#ad7fa8": "#e5a3e0",
  "#06989a": "#4fc3c7",
};

const style = `
body { margin: 0; background: #131417; width: max-content }
pre { margin: 0; padding: 18px 22px; font: 14px/1.35 "DejaVu Sans Mono", monospace !important }
pre > div { color: #e6e6e6 !important; background: none !important; font: inherit !important }
`;
