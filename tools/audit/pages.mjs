// Reads {chromium, pages: [{name, url, cookies: {name: value}}]} from standard input; writes what Lighthouse says of
// each, as a line each. The cookies go into the browser's own jar, not into a header of Lighthouse's: workers send no
// such header, the page takes their sign-out for its own, and what stands in the jar by then outdoes the header.
// Lighthouse empties the cache before each page and leaves the jar, so every page is measured as a first visit.
import * as launcher from "chrome-launcher";
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let text = "";
for await (const part of process.stdin) text += part;
const asked = JSON.parse(text);
const chrome = await launcher.launch({ chromePath: asked.chromium, chromeFlags: FLAGS, logLevel: "error" });
const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}` });
const jar = await browser.target().createCDPSession();

// A trace is lost now and then on a busy machine: such a page is measured again, twice at most.
async function measured(url) {
  const options = { port: chrome.port, logLevel: "error", output: "json", onlyCategories: CATEGORIES };
  for (let rest = 2; ; rest -= 1) {
    const { lhr } = await lighthouse(url, options);
    if (!lhr.runtimeError || rest === 0) return lhr;
  }
}

try {
  for (const page of asked.pages) {
    const cookies = Object.entries(page.cookies).map(([name, value]) => ({ name, value, url: page.url, httpOnly: true }));
    await jar.send("Storage.clearCookies");
    if (cookies.length) await jar.send("Storage.setCookies", { cookies });
    const lhr = await measured(page.url);
    const requests = lhr.audits["network-requests"].details?.items ?? [];
    const failed = CATEGORIES.flatMap((one) => lhr.categories[one].auditRefs)
      .filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 0.9)
      .map((ref) => `${ref.id}: ${lhr.audits[ref.id].displayValue || lhr.audits[ref.id].title}`);
    const led = new URL(lhr.finalDisplayedUrl || page.url);
    console.log(JSON.stringify({
      name: page.name,
      led: led.pathname + led.search,
      error: lhr.runtimeError ? lhr.runtimeError.message : "",
      scores: Object.fromEntries(CATEGORIES.map((one) => [one, Math.round(lhr.categories[one].score * 100)])),
      bytes: requests.reduce((sum, one) => sum + (one.transferSize || 0), 0),
      foreign: requests.map((one) => one.url).filter((one) => /^https?:/.test(one) && new URL(one).origin !== new URL(page.url).origin),
      failed,
    }));
  }
} finally {
  await browser.disconnect();
  await chrome.kill();
}
