// An API server that does what a test tells it to, by way of a real one.
export { type Action, answer, delay, hangUp, hold, pass, refuse, replaying } from "./actions.ts";
export { ApiProxy, type FlatKubeconfig, isOurs, type ProxySettings, type Rule, type RuleOptions } from "./apiProxy.ts";
export type { Asked } from "./asked.ts";
export type { Alteration, Exchange } from "./exchange.ts";
