import type * as pulumi from "@pulumi/pulumi";
import {
  allOf,
  type Check,
  headerName,
  headerValue,
  hiddenValue,
  type Problem,
  problemsIn,
  type SecretKey,
  secretKeyProblems,
  variableSize,
} from "../values";
import { type EnvVar, secretVariable } from "./envVar";
import type { Leaves } from "./leaves";

/** The headers of a step's requests, by name. */
export interface Headers {
  headers?: Record<string, pulumi.Input<string>>;
  secretHeaders?: Record<string, SecretKey>;
}

/** Environment variables by which a script gets its headers. */
export const headerVariables = {
  names: "INIT_POD_HEADER_NAMES",
  /** Followed by the number of the header, from 1. */
  value: "INIT_POD_HEADER_",
} as const;

export function headerProblems({ headers = {}, secretHeaders = {} }: Headers, field: string): Problem[] {
  const lowerCase = Object.keys(headers).map((name) => name.toLowerCase());
  return [
    ...Object.entries(headers).flatMap(([name, header], at) => [
      ...problemsIn(`${field}.headers.${name}`, name, headerName),
      ...problemsIn(`${field}.headers.${name}`, header, valueOf(at + 1), () => hiddenValue),
    ]),
    ...Object.entries(secretHeaders).flatMap(([name, from]) => [
      ...problemsIn(`${field}.secretHeaders.${name}`, name, headerName),
      ...secretKeyProblems(`${field}.secretHeaders.${name}`, from),
      ...(lowerCase.includes(name.toLowerCase())
        ? [{ field: `${field}.secretHeaders.${name}`, value: "", fix: "is in headers as well; keep one of them" }]
        : []),
    ]),
  ];
}

function valueOf(number: number): Check {
  return allOf(headerValue, variableSize(`${headerVariables.value}${number}`));
}

/** The Secrets among the headers, by the field that gives them. */
export function headerSecrets({ secretHeaders = {} }: Headers, prefix = ""): Record<string, SecretKey> {
  return Object.fromEntries(
    Object.entries(secretHeaders).map(([name, from]) => [`${prefix}secretHeaders.${name}`, from]),
  );
}

export function headerEnvironment(
  { headers = {}, secretHeaders = {} }: Headers,
  field: string,
  { variable, secret }: Leaves,
): EnvVar[] {
  const names = [...Object.keys(headers), ...Object.keys(secretHeaders)];
  if (names.length === 0) return [];
  const numberOf = (name: string): number => names.indexOf(name) + 1;
  const variableOf = (name: string): string => `${headerVariables.value}${numberOf(name)}`;
  return [
    { name: headerVariables.names, value: names.join(" ") },
    ...Object.entries(headers).map(([name, header]) =>
      variable(
        variableOf(name),
        header,
        `${field}.headers.${name}`,
        allOf(headerValue, variableSize(variableOf(name))),
      ),
    ),
    ...Object.entries(secretHeaders).map(([name, from]) =>
      secretVariable(variableOf(name), secret(from, `${field}.secretHeaders.${name}`)),
    ),
  ];
}
