// Shows the items and whether the API and its database answer, and keeps both up to date. What comes
// from the database is put into the page as text, never as HTML.
const PERIOD_MS = 5_000;
const TIMEOUT_MS = 8_000;

const state = document.getElementById("state");
const trouble = document.getElementById("trouble");
const list = document.getElementById("items");
const query = document.getElementById("query");

/** When the items that are shown were read. */
let readAt;
/** The search that the list shows, so that an answer to an older one is dropped. */
let asked = 0;
let timer;

/** What a path answers as JSON. Fails with a sentence for the reader. */
async function ask(path) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Error("The server of this page does not answer.");
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new Error(`The API answered with something that is not JSON (HTTP ${response.status}).`);
  }
  if (!response.ok) throw new Error(answer?.message ?? `The API answered with HTTP ${response.status}.`);
  return answer;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function showItems(items, words) {
  list.replaceChildren(
    ...items.map(({ name, description }) => {
      const item = document.createElement("li");
      item.append(element("h2", name), element("p", description));
      return item;
    }),
  );
  const count = items.length === 1 ? "1 item" : `${items.length} items`;
  document.getElementById("count").textContent =
    items.length === 0 && words !== "" ? `Nothing with “${words}” in it` : count;
}

function showState(name, sign, text) {
  state.dataset.state = name;
  state.firstElementChild.textContent = sign;
  document.getElementById("state-text").textContent = text;
  document.title = name === "down" ? `✕ ${text} · Items` : "Items";
}

function showTrouble(message) {
  showState("down", "✕", "Not available");
  document.getElementById("trouble-text").textContent = message;
  document.getElementById("trouble-age").textContent =
    readAt === undefined
      ? "The items are shown as soon as they can be read."
      : `What is below was read at ${readAt.toLocaleTimeString()}.`;
  list.classList.toggle("stale", readAt !== undefined);
  trouble.hidden = false;
}

async function update() {
  clearTimeout(timer);
  asked += 1;
  const turn = asked;
  const words = query.value.trim();
  try {
    const items = await ask(words === "" ? "/items" : `/items?q=${encodeURIComponent(words)}`);
    const status = await ask("/status");
    if (turn !== asked) return;
    if (status.status !== "OK") throw new Error(status.message);
    readAt = new Date();
    showItems(items, words);
    list.classList.remove("stale");
    trouble.hidden = true;
    showState("up", "✓", "API and database answer");
  } catch (error) {
    if (turn !== asked) return;
    showTrouble(error.message);
  }
  timer = setTimeout(update, PERIOD_MS);
}

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  void update();
});
query.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(update, 200);
});
void update();
