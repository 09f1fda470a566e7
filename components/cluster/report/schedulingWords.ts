/** How the scheduler says why nodes don't fit, and how we do; the number of nodes goes before. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^Insufficient (.+)$/, "without enough $1 left"],
  [/^Too many pods$/, "full of Pods"],
  [/^node\(s\) had untolerated taint\(s\)$/, "with taints that it does not tolerate"],
  [/^node\(s\) didn't match Pod's node affinity\/selector$/, "without what its nodeSelector or node affinity asks for"],
  [/^node\(s\) were unschedulable$/, "cordoned"],
  [/^node\(s\) didn't have free ports for the requested pod ports$/, "on which its hostPort is taken"],
  [/^node\(s\) didn't match pod affinity rules$/, "ruled out by its pod affinity"],
  [/^node\(s\) didn't match pod anti-affinity rules$/, "ruled out by its pod anti-affinity"],
  [/^node\(s\) didn't match pod topology spread constraints$/, "ruled out by its topology spread constraints"],
  [/^node\(s\) had volume node affinity conflict$/, "out of reach of its volume"],
  [/^node\(s\) (.+)$/, "that $1"],
];

/** Before 1.33 each taint has a reason of its own. */
const taint = /^node\(s\) had (?:untolerated )?taint \{([^:}]+): ?([^}]*)\}(?:, that the pod didn't tolerate)?$/;

/**
 * Why no node takes a Pod, shorter than the scheduler says it and with each of its reasons; the text as it is where it is
 * not the scheduler's.
 */
export function schedulingWords(message: string): string {
  const [, total = "", list = ""] = /^0\/(\d+) nodes are available: (.*)$/s.exec(message) ?? [];
  if (list === "") return message;
  const [own = "", ...rest] = list.split(/\.? preemption: /);
  const parts = own.replace(/\.$/, "").split(/, (?=\d+ )/);
  const taints: string[] = [];
  let tainted = 0;
  const others = parts.flatMap((part) => {
    const [, count = "", reason = part] = /^(\d+) (.+)$/s.exec(part) ?? [];
    const [, key, value = ""] = taint.exec(reason) ?? [];
    if (key === undefined) return [`${count} ${plain(reason)}`.trim()];
    taints.push(value === "" ? key : `${key}=${value}`);
    tainted += Number(count);
    return [];
  });
  const ofTaints = tainted === 0 ? [] : [`${tainted} with taints that it does not tolerate (${taints.join(", ")})`];
  // Whether other Pods could make room is told only where they could.
  const preemption = rest.filter((text) => !/not helpful|No preemption victims found/.test(text));
  return [`of ${total} node${total === "1" ? "" : "s"}: ${[...ofTaints, ...others].join(", ")}`, ...preemption].join(
    "; ",
  );
}

function plain(reason: string): string {
  const [pattern, words] = reasons.find(([known]) => known.test(reason)) ?? [];
  return pattern === undefined || words === undefined ? reason : reason.replace(pattern, words);
}
