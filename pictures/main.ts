// `npm run pictures -- [NAME …]`: makes the pictures of the documentation anew, each from a real run on the sandbox.
import { join } from "node:path";
import { environment, up as startSandbox } from "../sandbox/sandbox.ts";
import { Camera } from "./browser.ts";
import { scenes } from "./scenes.ts";

const docs = join(import.meta.dirname, "../docs");
const names = process.argv.slice(2);
const nameOf = (file: string): string => file.replace(/\.png$/, "");
const unknown = names.filter((name) => !scenes.some(({ file }) => nameOf(file) === name));
if (unknown.length > 0) {
  const lines = scenes.map(({ file, summary }) => `  ${nameOf(file)}  ${summary}`);
  console.error([`No such picture: ${unknown.join(", ")}. There are:`, ...lines].join("\n"));
  process.exitCode = 2;
} else {
  await startSandbox();
  Object.assign(process.env, environment());
  const camera = await Camera.start();
  try {
    for (const scene of scenes) {
      const { file } = scene;
      if (names.length > 0 && !names.includes(nameOf(file))) continue;
      await scene.shoot(camera, join(docs, file));
      console.log(`docs/${file}`);
    }
  } finally {
    await camera.stop();
  }
}
