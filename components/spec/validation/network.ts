import { ForwardProtocol } from "../../contract";
import { ForwardMode, type InitPodArgs, ServiceType } from "..";
import { oneOf, port, type Problem, problemsInOptional } from "../values";

/** What is wrong with the Service and the forward. */
export function networkProblems({ container, service, forward }: InitPodArgs): Problem[] {
  const needsPort = [
    ...(service === undefined ? [] : ["service"]),
    ...(forward?.mode === ForwardMode.Always ? ["forward.mode"] : []),
    ...(forward?.localPort === undefined ? [] : ["forward.localPort"]),
  ];
  return [
    ...problemsInOptional("service.port", service?.port, port),
    ...problemsInOptional("service.type", service?.type, oneOf(Object.values(ServiceType))),
    ...(service?.spec?.selector === undefined
      ? []
      : [
          {
            field: "service.spec.selector",
            value: "",
            fix: "is set by InitPod itself, which finds its Pod by it; remove it",
          },
        ]),
    ...problemsInOptional("forward.mode", forward?.mode, oneOf(Object.values(ForwardMode))),
    ...problemsInOptional("forward.protocol", forward?.protocol, oneOf(Object.values(ForwardProtocol))),
    ...problemsInOptional("forward.localPort", forward?.localPort, port),
    ...(container.port === undefined
      ? needsPort.map((field) => ({ field, value: "", fix: "needs container.port: the port that the app listens on" }))
      : []),
  ];
}
