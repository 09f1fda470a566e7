import { type Browser, chromium } from "playwright-core";
import { findExecutable, pathFolders } from "../sandbox/paths.ts";

/** As distributions and its makers call it. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** What INIT_POD_CHROMIUM says, or the first on the PATH. */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env): string {
  const { INIT_POD_CHROMIUM: chosen = "" } = env;
  if (chosen !== "") return chosen;
  const found = names.map((name) => findExecutable(name, pathFolders(env))).find((path) => path !== undefined);
  if (found !== undefined) return found;
  throw new Error(
    "The pictures need Chromium, and there is none on the PATH: `apt-get install chromium fonts-dejavu`, or say in " +
      "INIT_POD_CHROMIUM where it is",
  );
}

/** How a page is looked at. */
export interface Look {
  /** Of the window, in CSS pixels. */
  width: number;
  isDark?: boolean;
  /** What of the page is shown. Default: all of it. */
  selector?: string;
}

/** A browser of this machine: none is downloaded. */
export class Camera {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Camera> {
    const executablePath = chromiumPath();
    try {
      // In a container there is often no other user to run it as, and it opens nothing but pages of ours.
      return new Camera(await chromium.launch({ executablePath, args: ["--no-sandbox"] }));
    } catch (error) {
      throw new Error(`${executablePath} does not start: ${String(error)}`, { cause: error });
    }
  }

  /** Writes a picture of a page, which is given by its URL or as the text of its HTML. */
  async take(page: { url: string } | { html: string }, look: Look, file: string): Promise<void> {
    const context = await this.#browser.newContext({
      viewport: { width: look.width, height: 200 },
      deviceScaleFactor: 2,
      colorScheme: look.isDark === true ? "dark" : "light",
    });
    try {
      const tab = await context.newPage();
      await ("url" in page ? tab.goto(page.url) : tab.setContent(page.html));
      if (look.selector === undefined) await tab.screenshot({ path: file, fullPage: true });
      else await tab.locator(look.selector).screenshot({ path: file });
    } finally {
      await context.close();
    }
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}
