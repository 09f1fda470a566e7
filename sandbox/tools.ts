import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { SandboxError } from "./errors.ts";
import type { Apt } from "./machine/apt.ts";
import { stored } from "./machine/stored.ts";
import { findExecutable, pathFolders } from "./paths.ts";

const always = ["etcd-server", "runc", "containernetworking-plugins", "iptables", "conntrack"];
/** Nearly every machine has these. */
const whereMissing = { ip: "iproute2", openssl: "openssl" };

const required = ["usr/bin/etcd", "usr/sbin/runc", "usr/sbin/xtables-nft-multi", "usr/lib/cni/bridge"];

/** Where they lie, in older and newer packages. */
const programs = [
  ...["usr/bin/etcd", "usr/sbin/runc", "usr/sbin/conntrack", "usr/bin/openssl"],
  ...["bin/ip", "usr/bin/ip", "usr/sbin/ip"],
];

/** Raise it when what a tools folder holds changes otherwise than by its packages. */
const layout = 1;

export const toolPackages: readonly string[] = always;

export interface Tools {
  /** Commands that work from anywhere. */
  bin: string;
  cniPlugins: string;
  made: boolean;
}

export async function prepareTools(folder: string, apt: Apt): Promise<Tools> {
  const key = createHash("sha256")
    .update(JSON.stringify([layout, always, whereMissing]))
    .digest("hex")
    .slice(0, 16);
  const final = join(folder, key);
  const { made } = await stored(folder, key, async (unfinished) => {
    const missing = Object.entries(whereMissing)
      .filter(([name]) => findExecutable(name, [...pathFolders(), "/usr/sbin", "/sbin"]) === undefined)
      .map(([, name]) => name);
    await apt.unpackMissing([...always, ...missing], unfinished);
    const absent = required.filter((file) => !existsSync(join(unfinished, file)));
    if (absent.length > 0) {
      throw new SandboxError(
        `apt-get gave no ${absent.join(", ")}. Check that \`apt-get download ${always.join(" ")}\` works on this machine.`,
      );
    }
    writeWrappers(unfinished, final);
  });
  return { bin: join(final, "bin"), cniPlugins: join(final, "usr/lib/cni"), made };
}

/**
 * The programs lie outside of the system's folders, and so do their libraries and iptables' extensions: each gets a
 * small script that says where. iptables is one program that goes by its first argument.
 */
function writeWrappers(unfinished: string, final: string): void {
  const bin = join(unfinished, "bin");
  mkdirSync(bin, { recursive: true });
  const libraries = libraryFolders(unfinished).map((folder) => join(final, folder));
  const extensions = libraries.map((folder) => join(folder, "xtables"));
  const setting = [
    `export LD_LIBRARY_PATH='${libraries.join(":")}'`,
    `export XTABLES_LIBDIR='${extensions.join(":")}:/usr/lib/xtables'`,
  ];
  const wrap = (name: string, program: string, argument = ""): void => {
    const file = join(bin, name);
    writeFileSync(file, ["#!/bin/sh", ...setting, `exec '${join(final, program)}'${argument} "$@"`, ""].join("\n"));
    chmodSync(file, 0o755);
  };
  for (const program of programs) {
    if (existsSync(join(unfinished, program))) wrap(basename(program), program);
  }
  for (const name of ["iptables", "ip6tables"]) {
    for (const form of ["", "-save", "-restore"]) wrap(name + form, "usr/sbin/xtables-nft-multi", ` ${name}${form}`);
  }
}

function libraryFolders(root: string): string[] {
  return ["usr/lib", "lib"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith("-linux-gnu"))
        .map((name) => join(folder, name)),
    );
}
