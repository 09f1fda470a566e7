import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** A tag with what lies in it: other tags, and texts. */
export interface Node {
  tag: string;
  children: (Node | string)[];
}

const void_ = ["br", "hr", "img", "input"];

/** What a browser is given where GitHub shows this Markdown. */
export function html(markdown: string): string {
  return micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
}

/** The tags of a page, as a tree. Anything that is not closed in order is an error. */
export function tree(page: string): Node {
  const root: Node = { tag: "", children: [] };
  const open = [root];
  for (const [, comment, end, tag = "", text] of page.matchAll(
    /(<!--[^]*?-->)|<(\/?)([a-z][a-z0-9]*)\b[^>]*>|([^<]+|<)/g,
  )) {
    const inner = open.at(-1) ?? root;
    if (comment !== undefined) continue;
    if (text !== undefined) inner.children.push(decoded(text));
    else if (end === "/") {
      if (inner.tag !== tag) throw new Error(`</${tag}> within <${inner.tag}> in ${page}`);
      open.pop();
    } else {
      const node: Node = { tag, children: [] };
      inner.children.push(node);
      if (!void_.includes(tag)) open.push(node);
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.tag ?? ""}> is not closed in ${page}`);
  return root;
}

/** The tags that lie in a node. */
export function elements({ children }: Node): Node[] {
  return children.filter((child) => typeof child !== "string");
}

/** All nodes with this tag, at any depth. */
export function all(node: Node, tag: string): Node[] {
  return elements(node).flatMap((child) => [...(child.tag === tag ? [child] : []), ...all(child, tag)]);
}

/** The first node with this tag. */
export function first(node: Node, tag: string): Node {
  const [found] = all(node, tag);
  if (found === undefined) throw new Error(`There is no <${tag}>.`);
  return found;
}

/** The text in a node and all that lies in it. */
export function textOf({ children }: Node): string {
  return children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

/** Text that is neither code nor a link: in it GitHub looks for mentions, issues and commits. */
export function looseText({ tag, children }: Node): string {
  if (["code", "pre", "a"].includes(tag)) return "";
  return children.map((child) => (typeof child === "string" ? child : looseText(child))).join("");
}

function decoded(text: string): string {
  const names: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"' };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, number: string | undefined, name = "") =>
    number === undefined ? (names[name as string] ?? whole) : String.fromCodePoint(Number(number)),
  );
}
