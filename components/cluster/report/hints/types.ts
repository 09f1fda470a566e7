/** What may help: a sentence, and where there is one, the command or the setting for it. */
export interface Advice {
  text: string;
  command?: string;
}
