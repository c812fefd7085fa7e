// Keeps the clock running from the server's time, not the viewer's, and brings the page up to date in place:
// a page that loads itself anew ends on the browser's error page when the server is away for a moment.
const PERIOD_MS = 10_000;
const TIMEOUT_MS = 8_000;

const clock = document.getElementById("clock");
const silence = document.getElementById("silence");
let offset = Date.parse(clock.dateTime) - Date.now();
let answeredAt = clock.textContent;

function showTime() {
  clock.textContent = new Date(Date.now() + offset).toISOString().slice(11, 19);
}

async function update() {
  try {
    const response = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 401) {
      // The session has ended: the whole page goes to sign in, which a script cannot do in its place.
      location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const time = page.getElementById("clock");
    if (time === null) throw new Error(`HTTP ${response.status} without a dashboard`);
    offset = Date.parse(time.dateTime) - Date.now();
    answeredAt = time.textContent;
    document.title = page.title;
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      // What did not change stays, so that screen readers do not read it again.
      if (fresh !== null && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
    }
    delete document.body.dataset.silent;
    silence.hidden = true;
  } catch {
    document.title = "No answer · QClock";
    document.getElementById("answered").textContent = answeredAt;
    document.body.dataset.silent = "";
    silence.hidden = false;
  }
  setTimeout(update, PERIOD_MS);
}

setInterval(showTime, 250);
setTimeout(update, PERIOD_MS);
