import * as pulumi from "@pulumi/pulumi";
import { isPlain } from "../values";

/**
 * A text as Kubernetes must be given it so that it reaches the container as it is. In command, args and env values
 * Kubernetes replaces $(NAME) by an environment variable and "$$" by "$": a script's own process number, or a password
 * with "$$" in it, would arrive changed, and a value could ask for another variable.
 * Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function escapeExpansion(input: pulumi.Input<string>): pulumi.Input<string> {
  return isPlain(input) ? escape(input) : pulumi.output(input).apply(escape);
}

function escape(text: string): string {
  return text.replace(/\$(?=[$(])/g, "$$$$");
}
