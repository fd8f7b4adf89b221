// Reads {chromium, pages: [{name, url, cookie}]} from standard input; writes what Lighthouse says of each, as a line each.
import * as launcher from "chrome-launcher";
import lighthouse from "lighthouse";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let text = "";
for await (const part of process.stdin) text += part;
const asked = JSON.parse(text);
const chrome = await launcher.launch({ chromePath: asked.chromium, chromeFlags: FLAGS, logLevel: "error" });
try {
  for (const page of asked.pages) {
    const options = {
      port: chrome.port, logLevel: "error", output: "json", onlyCategories: CATEGORIES, disableStorageReset: true,
      extraHeaders: page.cookie ? { Cookie: page.cookie } : {},
    };
    const { lhr } = await lighthouse(page.url, options);
    const requests = lhr.audits["network-requests"].details.items;
    const failed = CATEGORIES.flatMap((one) => lhr.categories[one].auditRefs)
      .filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 0.9)
      .map((ref) => `${ref.id}: ${lhr.audits[ref.id].displayValue || lhr.audits[ref.id].title}`);
    console.log(JSON.stringify({
      name: page.name,
      led: new URL(lhr.finalDisplayedUrl).pathname,
      error: lhr.runtimeError ? lhr.runtimeError.message : "",
      scores: Object.fromEntries(CATEGORIES.map((one) => [one, Math.round(lhr.categories[one].score * 100)])),
      bytes: requests.reduce((sum, one) => sum + (one.transferSize || 0), 0),
      foreign: requests.map((one) => one.url).filter((one) => /^https?:/.test(one) && new URL(one).origin !== new URL(page.url).origin),
      failed,
    }));
  }
} finally {
  await chrome.kill();
}
