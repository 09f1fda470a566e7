/** How parts of a text are set off. */
export interface TextStyle {
  strong: (text: string) => string;
  bad: (text: string) => string;
}

export const plainText: TextStyle = { strong: (text) => text, bad: (text) => text };

/**
 * Colours as Pulumi's own messages have them: directives, which the engine turns into the terminal's colours, and removes
 * for a log file and under `--color never`. Escape sequences would stay in both.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/diag/colors/colors.go
 */
export const pulumiText: TextStyle = {
  strong: (text) => `<{%bold%}>${text}<{%reset%}>`,
  bad: (text) => `<{%fg 1%}>${text}<{%reset%}>`,
};
