import { type Browser, chromium } from "playwright-core";

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
    try {
      // In a container there is often no other user to run it as, and it opens nothing but pages of ours.
      const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
      return new Camera(browser);
    } catch (error) {
      throw new Error("The pictures need Chromium: `apt-get install chromium fonts-dejavu`", { cause: error });
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
