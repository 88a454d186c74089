"use strict";
// The page of `gotocr serve`. Sections: elements, server, safe HTML, sending, home, job, rail, page, words, marks, part, edit,
// copy and download, dialogs, keys, ways. Texts that were read are data: they come in as text, or through `safe`.
(() => {

// ---- elements -------------------------------------------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";
const $ = id => document.getElementById(id);
const at = Object.fromEntries(["home", "work", "top", "title", "acts", "banner", "drop", "choices", "options", "chosen", "shelf", "jobs", "kept",
  "files", "rail", "view", "scroll", "parts", "reading", "tip", "toast", "says", "bar", "facts", "number", "of", "part", "legend", "count",
  "doubts", "threshold", "share", "outlines", "stop", "turns", "stage"].map(id => [id, $(id)]));
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 62rem)");
const DONE = new Set(["done", "failed", "cancelled"]);

/** An element: `make("p.note", {title: "x"}, "text", child)`. */
function make(what, fields = {}, ...inside) {
  const [tag, ...classes] = what.split(".");
  const made = document.createElement(tag || "div");
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...inside.filter(part => part !== null && part !== undefined));
  return made;
}
function drawn(tag, fields = {}, ...inside) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(fields)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}
const icon = name => drawn("svg", { "aria-hidden": "true" }, drawn("use", { href: `#i-${name}` }));
const rect = ([left, top, right, bottom], pad = 0) =>
  drawn("rect", { x: left - pad, y: top - pad, width: right - left + 2 * pad, height: bottom - top + 2 * pad });
const rest = ms => new Promise(done => setTimeout(done, ms));
const many = (count, one, more = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

/** What a store of the browser holds, where it has one. */
const kept = store => ({
  get(name) { try { return store().getItem(`gotocr ${name}`); } catch { return null; } },
  set(name, value) { try { store().setItem(`gotocr ${name}`, value); } catch { /* private windows have none */ } },
});
const session = kept(() => sessionStorage), local = kept(() => localStorage);

let sayTimer = 0;
/** Tell those who listen; what comes quickly behind each other is told once, by its last. */
function say(text, wait = 250) {
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { at.says.textContent = text; }, wait);
}
let toastTimer = 0;
function toast(text, bad = false) {
  clearTimeout(toastTimer);
  at.toast.textContent = text;
  at.toast.classList.toggle("bad", bad);
  at.toast.hidden = false;
  toastTimer = setTimeout(() => { at.toast.hidden = true; }, bad ? 9000 : 3200);
}

// ---- server ---------------------------------------------------------------------------------------------------------------------

/** An answer that is an error, in words for people. `status` 0 = there was no answer. */
class Problem extends Error {
  constructor(status, told = {}, after = 0) {
    super(inWords(status, told, after));
    this.status = status;
    this.code = told.code || "";
    this.after = after;
  }
  static of(status, body, header) {
    let told = {};
    try { told = JSON.parse(body).error || {}; } catch { /* a proxy's page, say */ }
    return new Problem(status, told, Number(header("retry-after")) || 0);
  }
}
function inWords(status, told, after) {
  const said = plainly(told.message);
  if (status === 0) return "The server does not answer.";
  if (status === 401) return "This server asks for a key.";
  if (status === 404) return "This reading is no longer here: it was removed, or its time was over.";
  if (status === 408) return "The file took too long to come. Is the connection slow?";
  if (status === 413) {
    const bytes = /limit of ([\d,]+) bytes/.exec(told.message || "");
    return bytes ? `This file is too large: the server takes ${size(Number(bytes[1].replaceAll(",", "")))} at most.` : said || "This file is too large.";
  }
  if (status === 429) return `The server has its hands full${after ? `; it asks to wait ${many(Math.ceil(after), "second")}` : ""}.`;
  return said || (status >= 500 ? "Something went wrong in the server; its log says more." : `The server refused this (${status}).`);
}
/** A message of the server without what it says to those who type commands. */
function plainly(message) {
  const parts = String(message || "").split("; ").filter(part => !/--\w/.test(part));
  const text = parts.join("; ").trim();
  const begins = /^[a-z]+[ ,:]/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;  // a file's name stays as it is
  return begins && begins + (/[.!?…]$/.test(begins) ? "" : ".");
}
const size = bytes => (bytes >= 1 << 30 ? `${(bytes / (1 << 30)).toFixed(1)} GB` : bytes >= 1 << 20 ? `${Math.round(bytes / (1 << 20))} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`);

let key = session.get("key") || "";
let asking = null;  // while the key is asked for: all requests wait for the one answer

/** Ask for a key, unless somebody gave another one since `used`. */
async function askKey(used) {
  if (key !== used) return;
  asking ??= (async () => {
    $("key-wrong").hidden = !used;
    $("key").value = "";
    await opened($("key-dialog"));
    key = $("key").value.trim();
    session.set("key", key);
    asking = null;
  })();
  await asking;
}
const heads = more => (key ? { Authorization: `Bearer ${key}`, ...more } : { ...more });

/** Fetch from the server; raises Problem. */
async function ask(path, options = {}) {
  for (;;) {
    const used = key;
    let answer;
    try {
      answer = await fetch(path, { cache: "no-store", ...options, headers: heads(options.headers) });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(0);
    }
    if (answer.status === 401) { await askKey(used); continue; }
    if (!answer.ok) throw Problem.of(answer.status, await answer.text().catch(() => ""), name => answer.headers.get(name));
    return answer;
  }
}
const askJson = async (path, options) => (await ask(path, options)).json();
const jobPath = (id, more = "") => `/v1/jobs/${encodeURIComponent(id)}${more}`;

/** Send a form with its progress; fetch does not tell how far an upload is. */
function post(form, progress, signal) {
  return new Promise((done, fail) => {
    const used = key, request = new XMLHttpRequest();
    request.open("POST", "/v1/jobs");
    for (const [name, value] of Object.entries(heads())) request.setRequestHeader(name, value);
    request.upload.onprogress = event => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      if (request.status === 401) askKey(used).then(() => post(form, progress, signal)).then(done, fail);
      else if (request.status >= 200 && request.status < 300) done(JSON.parse(request.responseText));
      else fail(Problem.of(request.status, request.responseText, name => request.getResponseHeader(name)));
    };
    request.onerror = () => fail(new Problem(0));
    request.onabort = () => fail(new DOMException("", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/** The events of a stream (server-sent events, by fetch: EventSource sends no key). */
async function* events(path, signal) {
  const answer = await ask(path, { signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest = (rest + value).replaceAll("\r\n", "\n");
    for (let end; (end = rest.indexOf("\n\n")) >= 0; rest = rest.slice(end + 2)) {
      let name = "message";
      const data = [];
      for (const line of rest.slice(0, end).split("\n")) {
        if (line.startsWith("event:")) name = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
      if (data.length) yield [name, JSON.parse(data.join("\n"))];
    }
  }
}

/** Pictures as addresses of blobs, since an <img> sends no key. The latest are kept; few are fetched at once. */
const pictures = {
  held: new Map(), running: 0, line: [],
  async get(path) {
    const found = this.held.get(path);
    if (found) { this.held.delete(path); this.held.set(path, found); return found; }
    const coming = this.fetch(path);
    this.held.set(path, coming);
    coming.catch(() => this.held.delete(path));
    while (this.held.size > 240) {
      const [oldest, address] = this.held.entries().next().value;
      this.held.delete(oldest);
      address.then(URL.revokeObjectURL, () => {});
    }
    return coming;
  },
  async fetch(path) {
    if (this.running >= 4) await new Promise(turn => this.line.push(turn));
    this.running += 1;
    try {
      return URL.createObjectURL(await (await ask(path, { cache: "default" })).blob());
    } finally {
      this.running -= 1;
      this.line.pop()?.();  // the latest first: it is what is looked at
    }
  },
  forget(id) {
    for (const [path, address] of this.held) {
      if (path.startsWith(jobPath(id))) { this.held.delete(path); address.then(URL.revokeObjectURL, () => {}); }
    }
  },
};

// ---- safe HTML ------------------------------------------------------------------------------------------------------------------

const TAGS = new Set(("article section div p span h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td pre code "
  + "em strong b i u s sub sup small mark br hr wbr figure figcaption details summary blockquote kbd samp var q cite abbr bdi bdo ruby rt rp").split(" "));
const SVG_TAGS = new Set(("svg g path rect circle ellipse line polyline polygon text tspan title desc defs use symbol clipPath marker "
  + "linearGradient radialGradient stop pattern").split(" "));
const NOT_MATH = new Set(["annotation", "annotation-xml", "semantics", "maction", "mglyph"]);
const MATH = "http://www.w3.org/1998/Math/MathML", HTML = "http://www.w3.org/1999/xhtml";
const OUT = new Set(["style", "name", "form", "src", "srcset", "srcdoc", "action", "formaction", "background", "poster", "ping", "contenteditable",
  "is", "slot", "popover", "popovertarget", "autofocus", "part", "nonce"]);
const trusted = window.trustedTypes ? trustedTypes.createPolicy("gotocr", { createHTML: text => text }) : { createHTML: text => text };

const isKnown = ({ namespaceURI: space, localName: name }) =>
  space === HTML ? TAGS.has(name) : space === SVG ? SVG_TAGS.has(name) : space === MATH && !NOT_MATH.has(name);
function isHarmless(name, value, element) {
  if (!/^[\w:.-]+$/.test(name) || /^(on|xmlns)/i.test(name) || OUT.has(name)) return false;
  if (/(^|:)href$/i.test(name)) return value.startsWith("#") && element.namespaceURI === SVG;
  if (name === "id") return element.namespaceURI === SVG;  // a name of a model's could stand for one of ours
  return !/url\s*\((?!\s*["']?#)/i.test(value) || name.startsWith("data-") || name === "title" || name === "alttext" || name.startsWith("aria-");
}
/** HTML that the server made of what was read, as nodes: nothing in it can act or fetch, even if the server's escaping had a hole.
    An inert document parses it, and only what is known is taken over; the policy of the page stands behind that. */
function safe(text) {
  const copy = (from, to) => {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
      else if (node.nodeType === Node.ELEMENT_NODE) {
        if (isKnown(node)) {
          const made = document.createElementNS(node.namespaceURI, node.localName);
          for (const { name, value, namespaceURI } of node.attributes) {
            if (!isHarmless(name, value, node)) continue;
            if (namespaceURI) made.setAttributeNS(namespaceURI, name, value);
            else made.setAttribute(name, value);
          }
          copy(node, made);
          to.append(made);
        } else if (node.namespaceURI === HTML && !/^(script|style|template|iframe|object|embed|noscript|title|head)$/.test(node.localName)) copy(node, to);
      }
    }
    return to;
  };
  const parsed = new DOMParser().parseFromString(trusted.createHTML(`<!doctype html><body>${text}`), "text/html");
  return copy(parsed.body, document.createDocumentFragment());
}

// ---- sending --------------------------------------------------------------------------------------------------------------------

const sending = [];  // files that are on their way: {name, file, fields, share, problem, at, abort}
let busySending = false;

/** The options as fields of the form that is sent. */
function wishes() {
  const fields = [];
  for (const [name, value] of new FormData(at.options)) if (String(value).trim()) fields.push([name, String(value).trim()]);
  return fields;
}
function tellChosen() {
  const form = at.options, told = [form.mode.value === "plain" ? "lines as printed" : "Markdown"];
  if (form.pages.value.trim()) told.push(`pages ${form.pages.value.trim()}`);
  if (form.verify.checked) told.push("checked");
  if (form.password.value) told.push("with a password");
  at.chosen.textContent = told.join(", ");
  local.set("options", JSON.stringify({ mode: form.mode.value, verify: form.verify.checked }));
}
try {
  const before = JSON.parse(local.get("options") || "{}");
  if (before.mode === "plain") at.options.mode.value = "plain";
  at.options.verify.checked = before.verify === true;
} catch { /* as it stands */ }
at.options.addEventListener("input", tellChosen);
at.options.addEventListener("submit", event => event.preventDefault());

/** Take files; one is shown at once, several are listed. */
function take(files) {
  const found = [...files].filter(file => file.size > 0 || file.type);
  if (!found.length) { if (files.length) toast("There is nothing in this file.", true); return; }
  const wanted = wishes();
  const only = found.length === 1 && !sending.some(entry => !entry.problem);
  for (const file of found) sending.push({ name: file.name || "picture", file, fields: wanted, share: 0, problem: "", at: 0, show: only });
  if (!only && shown) location.hash = "#/";
  say(found.length === 1 ? `Sending ${found[0].name}` : `Sending ${many(found.length, "file")}`);
  paintHome();
  if (!busySending) sendAll();
}
async function sendAll() {
  busySending = true;
  try {
    for (let entry; (entry = sending.find(one => !one.problem));) await sendOne(entry);
  } finally {
    busySending = false;
    paintHome();
  }
}
async function sendOne(entry) {
  const abort = new AbortController();
  entry.abort = () => { abort.abort(); drop(entry); };
  try {
    const job = await start(entry.file, entry.fields, { signal: abort.signal, progress: share => { entry.share = share; paintHome(); },
      waits: left => { entry.waits = left; paintHome(); } });
    drop(entry);
    if (entry.file.type.startsWith("image/")) previews.set(job.id, entry.file);
    learn(job);
    if (entry.show) location.hash = `#/${job.id}`;
  } catch (error) {
    if (error.name === "AbortError") return;
    entry.problem = error.message;
    say(`${entry.name}: ${error.message}`);
    if (shown) toast(`${entry.name}: ${error.message}`, true);
    paintHome();
  }
}
const drop = entry => { const place = sending.indexOf(entry); if (place >= 0) sending.splice(place, 1); };
const previews = new Map();  // pictures of this tab, to be seen before the server has drawn them

/** Begin a job for a file, or for the file of another job (its id); where the queue is full, try again when it says. */
async function start(what, fields, { signal, progress = () => {}, waits = () => {} } = {}) {
  for (let turn = 1; ; turn += 1) {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    if (typeof what === "string") form.append("source", what);
    else form.append("file", what, what.name || "picture.png");
    try {
      return await post(form, progress, signal);
    } catch (error) {
      const again = error.status === 429 || (error.status === 0 && turn < 4 && !(what instanceof File && what.size > 8 << 20));
      if (!again) throw error;
      for (let left = Math.min(Math.max(error.after, 2 * turn), 60); left > 0; left -= 1) {
        waits(error.status === 429 ? `The server has its hands full; trying again in ${left} s` : `The server does not answer; trying again in ${left} s`);
        await rest(1000);
        if (signal?.aborted) throw new DOMException("", "AbortError");
      }
      waits("");
    }
  }
}

/** The files of a drop, those of folders too. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map(item => (item.kind === "file" && item.webkitGetAsEntry ? item.webkitGetAsEntry() : null));
  if (!entries.some(entry => entry?.isDirectory)) return [...transfer.files];
  const found = [];
  const walk = async entry => {
    if (found.length >= 500 || !entry) return;
    if (entry.isFile) found.push(await new Promise((done, fail) => entry.file(done, fail)));
    else {
      const reader = entry.createReader();
      for (let some; (some = await new Promise((done, fail) => reader.readEntries(done, fail))).length;) for (const one of some) await walk(one);
    }
  };
  for (const entry of entries) await walk(entry);
  return found.filter(file => /^image\/|pdf$/.test(file.type) || /\.(pdf|png|jpe?g|webp|tiff?|bmp|gif|hei[cf]|avif)$/i.test(file.name));
}
let over = 0;
const hasFiles = event => [...(event.dataTransfer?.types || [])].includes("Files");
addEventListener("dragenter", event => { if (hasFiles(event)) { over += 1; document.body.classList.add("over"); } });
addEventListener("dragleave", event => { if (hasFiles(event) && (over = Math.max(0, over - 1)) === 0) document.body.classList.remove("over"); });
addEventListener("dragover", event => { if (hasFiles(event)) event.preventDefault(); });
addEventListener("drop", async event => {
  over = 0;
  document.body.classList.remove("over");
  if (!hasFiles(event)) return;
  event.preventDefault();
  take(await filesOf(event.dataTransfer));
});
addEventListener("paste", event => {
  const files = [...(event.clipboardData?.files || [])];
  if (!files.length) {
    if (!/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) toast("There is no picture on the clipboard.");
    return;
  }
  event.preventDefault();
  const time = new Date().toTimeString().slice(0, 8).replaceAll(":", ".");
  take(files.map(file => (/^image\.\w+$/.test(file.name) ? new File([file], `pasted ${time}.${file.name.split(".").pop()}`, { type: file.type }) : file)));
});
at.files.addEventListener("change", () => { take(at.files.files); at.files.value = ""; });
const choose = () => at.files.click();
$("choose").addEventListener("click", choose);
$("open").addEventListener("click", choose);
for (const button of document.querySelectorAll("#tries button")) {
  button.addEventListener("click", async () => {
    try {
      const { src } = button.querySelector("img");
      take([new File([await (await ask(src)).blob()], src.split("/").pop(), { type: "image/webp" })]);
    } catch (error) {
      toast(error.message, true);
    }
  });
}
at.drop.addEventListener("click", event => { if (!event.target.closest("button")) choose(); });

// ---- home -----------------------------------------------------------------------------------------------------------------------

const known = new Map();  // id: job, newest first once listed
const gone = new Set();  // removed here; a list that was on its way may still have them
function learn(job) {
  if (gone.has(job.id)) return;
  const others = known.has(job.id) ? [] : [...known];
  if (others.length) known.clear();
  known.set(job.id, { ...known.get(job.id), ...job });
  for (const [id, other] of others) known.set(id, other);
}

let most = 100;  // of the list
let heard = false;  // whether the server has told what there is
if (local.get("listed")) document.body.classList.add("listed");  // it most likely is so still: nothing jumps
async function list() {
  const { data, has_more: more } = await askJson(`/v1/jobs?limit=${most}`);
  $("older").hidden = !more || most >= 1000;
  known.clear();
  for (const job of data.reverse()) learn(job);
  heard = true;
  $("tries").hidden = false;
  paintHome();
}
$("older").addEventListener("click", () => { most = 1000; list().catch(error => toast(error.message, true)); });
/** While the list can be seen and something is read, it is asked for again and again. */
let listing = false, wakeList = () => {};
async function keepListed() {
  if (listing) { wakeList(); return; }
  listing = true;
  let wait = 2000;
  while (!shown) {
    try {
      await list();
      banner("");
      wait = 2000;
    } catch (error) {
      if (error.status === 0 || error.status >= 500) banner("The server does not answer. Trying again…");
      else { banner(error.message); break; }
      wait = Math.min(wait * 1.7, 15000);
    }
    const active = sending.length || [...known.values()].some(job => !DONE.has(job.status)) || !at.banner.hidden;
    await Promise.race([rest(active ? wait : 8000), new Promise(done => { wakeList = done; })]);
    while (document.hidden && !shown) await rest(500);
  }
  listing = false;
}
function banner(text) {
  if (at.banner.textContent !== text) at.banner.textContent = text;
  at.banner.hidden = !text;
}

function stateOf(job) {
  const total = job.pages_total, failed = job.pages_failed ? `, ${job.pages_failed.toLocaleString("en")} could not be read` : "";
  switch (job.status) {
    case "queued": return job.queue_position > 1 ? `Waiting, ${many(job.queue_position - 1, "reading")} before it` : "Waiting for its turn";
    case "running": return total > 1 ? `Reading, ${job.pages_done.toLocaleString("en")} of ${many(total, "page")}` : total ? "Reading…" : job.pages_done ? `Reading, ${many(job.pages_done, "page")} so far` : "Opening…";
    case "done": return `${many(job.pages_done, "page")}${failed}`;
    case "cancelled": return `Stopped after ${job.pages_done.toLocaleString("en")}${total ? ` of ${many(total, "page")}` : many(job.pages_done, "page").replace(/^\S+/, "")}`;
    default: return isLocked(job) ? "Locked: it needs its password" : plainly(job.error?.message) || "It could not be read.";
  }
}
const isLocked = job => job.status === "failed" && /password|is locked/i.test(`${job.error?.code} ${job.error?.message}`);
const shareOf = job => (job.status === "running" && job.pages_total ? job.pages_done / job.pages_total : null);
const regionOf = job => { const region = job.options?.region; return Array.isArray(region) ? region.length > 0 && region[0] : region; };
let belongs = {};  // part: the job whose page it is a part of; only this browser knows
try { belongs = JSON.parse(local.get("parts") || "{}") || {}; } catch { /* none */ }
const sourceOf = job => belongs[job.id];
function tie(part, source) {
  belongs = Object.fromEntries([...Object.entries(belongs), [part, source]].slice(-200));
  local.set("parts", JSON.stringify(belongs));
}

function ago(seconds) {
  const past = Date.now() / 1000 - seconds;
  if (past < 60) return "just now";
  if (past < 3600) return `${many(Math.floor(past / 60), "minute")} ago`;
  const day = new Date(seconds * 1000), clock = day.toTimeString().slice(0, 5);
  return day.toDateString() === new Date().toDateString() ? clock : `${day.toLocaleDateString("en", { day: "numeric", month: "short" })}, ${clock}`;
}

const rows = new Map();  // what stands in the list: its key, and the row
let painting = 0;
function paintHome() { if (!painting) painting = requestAnimationFrame(() => { painting = 0; if (!shown) paintList(); }); }
function paintList() {
  const wanted = [];
  for (const entry of sending) wanted.push([entry, sendingRow]);
  const listed = [...known.values()].filter(job => !(regionOf(job) && known.has(sourceOf(job)))).sort((one, other) => other.created - one.created);
  for (const job of listed) wanted.push([job.id, jobRow]);
  const fresh = new Set(wanted.map(([name]) => name));
  for (const [name, row] of rows) if (!fresh.has(name)) { row.remove(); rows.delete(name); }
  let before = null;
  for (const [name, paint] of wanted) {
    let row = rows.get(name);
    if (!row) rows.set(name, row = make("li"));
    paint(row, name);
    const place = before ? before.nextSibling : at.jobs.firstChild;
    if (row !== place) at.jobs.insertBefore(row, place);
    before = row;
  }
  at.shelf.hidden = !wanted.length;
  if (wanted.length || heard) {
    document.body.classList.toggle("listed", wanted.length > 0);
    local.set("listed", wanted.length ? "1" : "");
  }
  const ends = listed.find(job => job.expires && job.finished);
  const hours = ends ? (ends.expires - ends.finished) / 3600 : 0;
  at.kept.textContent = !hours ? "" : `Readings and their files are deleted ${hours >= 47 ? many(Math.round(hours / 24), "day") : hours >= 1 ? many(Math.round(hours), "hour") : many(Math.round(hours * 60), "minute")} after they were read.`;
}
function fillRow(row, { name, state, share, more, tone }) {
  row.className = tone || "";
  row.querySelector(".called").textContent = name;
  row.querySelector(".state").textContent = state;
  row.querySelector(".when").textContent = more || "";
  const line = row.querySelector(".line");
  line.hidden = share === null || share === undefined;
  if (!line.hidden) line.firstChild.style.width = `${Math.round(100 * share)}%`;
}
const rowBody = () => [
  make("span.thumb", { "aria-hidden": "true" }),
  make("span.told", {}, make("span.called", { dir: "auto" }), make("span.state"), make("span.line", { hidden: true }, make("i"))),
  make("span.when"),
];
function sendingRow(row, entry) {
  if (!row.firstChild) {
    row.append(make("div.entry", {}, ...rowBody()),
      make("button.bare", { type: "button", "aria-label": `Take ${entry.name} off the list`, title: "Take it off the list", onclick: () => { entry.abort?.(); drop(entry); paintHome(); } }, icon("close")));
  }
  const under = entry === sending.find(one => !one.problem);
  fillRow(row, { name: entry.name, share: entry.problem || entry.waits || !under ? null : entry.share, tone: entry.problem ? "bad" : "",
    state: entry.problem || entry.waits || (!under ? "Waiting to be sent" : entry.share < 1 ? `Sending, ${Math.floor(100 * entry.share)}% of ${size(entry.file.size)}` : "Sent; waiting for the server"), more: "" });
}
function jobRow(row, id) {
  const job = known.get(id);
  const name = regionOf(job) ? `Part of ${job.name}` : job.name;
  if (!row.firstChild) {
    row.append(make("a.entry", { href: `#/${id}` }, ...rowBody()),
      make("button.bare", { type: "button", "aria-label": `Remove ${name}`, title: "Remove", onclick: () => remove(id) }, icon("bin")));
  }
  fillRow(row, { name, state: stateOf(job), share: shareOf(job), more: ago(job.created), tone: job.status === "failed" ? "bad" : DONE.has(job.status) ? "" : "busy" });
  const thumb = row.querySelector(".thumb");
  const pages = String(job.options?.pages || "1");
  if (!thumb.asked && job.pages_done > 0 && /^\D*1\b/.test(pages)) {
    thumb.asked = true;
    pictures.get(jobPath(id, "/pages/1/picture?width=160")).then(address => thumb.append(make("img", { src: address, alt: "" })), () => {});
  }
}

/** Ask whether it is meant, then remove a job and all that was read. */
async function remove(id) {
  if (await opened($("sure-dialog")) !== "yes") return;
  try {
    await ask(jobPath(id), { method: "DELETE" });
  } catch (error) {
    if (error.status !== 404) { toast(error.message, true); return; }
  }
  gone.add(id);
  known.delete(id);
  pictures.forget(id);
  say("Removed");
  if (shown?.id === id) location.hash = "#/";
  paintHome();
}

// ---- job ------------------------------------------------------------------------------------------------------------------------

let shown = null;  // the job that is looked at; null = the list

/** Look at a job; what it is comes by its events, now and after every break of the connection. */
async function show(id, wanted) {
  leave();
  const now = shown = { id, job: known.get(id) || null, pages: new Map(), order: [], index: wanted ?? 0, chosen: wanted !== null, read: new Map(),
    parts: [], abort: new AbortController(), words: [], low: [], zoom: 1 };
  at.home.hidden = true;
  at.work.hidden = at.title.hidden = at.acts.hidden = false;
  document.body.classList.remove("at-home");
  document.body.classList.add("at-work");
  $("doc-name").focus({ preventScroll: true });  // those who listen hear its name, and Tab goes on from there
  paintJob();
  paintPage(true);
  let wait = 800;
  while (shown === now) {
    try {
      for await (const [name, data] of events(jobPath(id, "/events"), now.abort.signal)) {
        if (shown !== now) return;
        banner("");
        wait = 800;
        happen(now, name, data);
      }
      if (now.job && DONE.has(now.job.status)) return;
    } catch (error) {
      if (shown !== now) return;
      if (error.status && error.status < 500) { missing(error.message); return; }
    }
    banner("The connection to the server is lost. Trying again…");
    await rest(wait);
    wait = Math.min(wait * 1.7, 15000);
  }
}
function leave() {
  if (!shown) return;
  shown.abort.abort();
  for (const part of shown.parts) part.abort.abort();
  endPart();
  hush();
  shown = null;
}
function home() {
  if (shown) at.stage.focus({ preventScroll: true });
  leave();
  at.home.hidden = false;
  at.work.hidden = at.title.hidden = at.acts.hidden = at.bar.hidden = true;
  document.body.classList.remove("at-work", "railed", "alone");
  document.body.classList.add("at-home");
  document.title = "gotocr";
  banner("");
  paintList();
  keepListed();
}
function missing(text) {
  banner("");
  at.acts.hidden = true;
  $("doc-name").textContent = known.get(shown.id)?.name || "Not found";
  $("doc-state").textContent = "";
  at.rail.hidden = true;
  document.body.classList.add("alone");
  at.view.replaceChildren();
  at.reading.replaceChildren(make("div.empty", {}, make("h2", {}, "There is nothing here"), make("p.soft", {}, text), make("p", {}, make("a", { href: "#/" }, "To all readings"))));
}

function pageOf(now, index) {
  let page = now.pages.get(index);
  if (!page) {
    page = { index, width: 0, height: 0, state: "waiting", text: "", error: null, sure: null };
    now.pages.set(index, page);
    now.dirty = true;
  }
  return page;
}
/** An event of the job that is looked at. */
function happen(now, name, data) {
  if (name === "job" || name === "end") {
    const before = now.job?.status;
    now.job = data;
    learn(data);
    if (!now.chosen && now.order.length === 0) now.index = firstOf(data);
    if (before !== data.status && before && DONE.has(data.status)) say(`${data.name}: ${stateOf(data)}`);
    paintJob();
    if (name === "end" || before !== data.status) paintPage();
    return;
  }
  const page = pageOf(now, data.index);
  if (name === "page") {
    Object.assign(page, { width: data.width, height: data.height, state: "reading", text: "", error: null });
    if (!now.chosen && now.job?.status === "running") turn(data.index, false);
    if (data.index === now.index) paintPage();
  } else if (name === "text") {
    page.state = "reading";
    page.text += data.text;
    if (data.index === now.index) write(page);
  } else if (name === "leaf") {
    const first = page.state !== "read" && page.state !== "failed";
    Object.assign(page, { state: data.error ? "failed" : "read", error: data.error, sure: data.confidence, text: "" });
    if (now.job && first) now.job.pages_done = Math.max(now.job.pages_done, [...now.pages.values()].filter(one => one.state === "read" || one.state === "failed").length);
    if (data.index === now.index && first) paintPage();
  }
  paintSoon();
}
/** The index of the first page that is read, as the options ask for. */
const firstOf = job => Math.max(0, (parseInt(String(job.options?.pages || "1").match(/\d+/)?.[0] || "1", 10) || 1) - 1);

let soon = 0;
function paintSoon() { if (!soon) soon = requestAnimationFrame(() => { soon = 0; if (shown) { paintJob(); paintRail(); } }); }

function paintJob() {
  const { job } = shown;
  if (!job) { $("doc-name").textContent = "…"; $("doc-state").textContent = ""; at.rail.hidden = true; return; }
  const running = !DONE.has(job.status);
  $("doc-name").textContent = regionOf(job) ? `Part of ${job.name}` : job.name;
  $("doc-state").textContent = stateOf(job);
  $("doc-state").classList.toggle("wrong", job.status === "failed");
  document.title = `${running && job.pages_total > 1 ? `(${job.pages_done}/${job.pages_total}) ` : running ? "… " : ""}${job.name} – gotocr`;
  at.stop.hidden = !running;
  const anything = job.pages_done > 0;
  $("copy").disabled = $("down").disabled = !anything;
  for (const name of ["copy", "down"]) $(name).parentElement.hidden = !running && !anything;
  at.bar.hidden = !running;
  const share = shareOf(job);
  at.bar.classList.toggle("unknown", share === null || job.pages_total === 1);
  at.bar.firstElementChild.style.width = share === null || job.pages_total === 1 ? "" : `${100 * share}%`;
  if (share === null) at.bar.removeAttribute("aria-valuenow");
  else at.bar.setAttribute("aria-valuenow", Math.round(100 * share));
  const total = reckon();
  if (running && job.pages_done && job.pages_done % 10 === 0) say(stateOf(job), 1500);
  at.turns.hidden = total < 2;
  at.of.textContent = `of ${total.toLocaleString("en")}`;
  const place = placeOf(shown.index);
  $("before").disabled = place <= 0;
  $("after").disabled = place >= total - 1;
  if (document.activeElement !== at.number) at.number.value = shown.index + 1;
}
/** The pages in order: all of the document, or those that were asked for; and how many there are. */
function reckon() {
  const { job } = shown, total = job?.options?.pages ? 0 : job?.pages_total || 0;
  if (shown.dirty) {
    shown.most = 0;
    for (const index of shown.pages.keys()) shown.most = Math.max(shown.most, index + 1);
    shown.sorted = [...shown.pages.keys()].sort((one, other) => one - other);
    shown.dirty = false;
  }
  shown.order = total > 0 ? { length: Math.max(total, shown.most || 0) } : shown.sorted || [];
  return shown.order.length;
}
const indexAt = place => (Array.isArray(shown.order) ? shown.order[place] : place);
const placeOf = index => (Array.isArray(shown.order) ? shown.order.indexOf(index) : index);

at.stop.addEventListener("click", async () => {
  at.stop.disabled = true;
  try {
    const job = await askJson(jobPath(shown.id, "/cancel"), { method: "POST" });
    if (shown?.id === job.id) happen(shown, "job", job);
  } catch (error) {
    toast(error.message, true);
  } finally {
    at.stop.disabled = false;
  }
});
$("remove").addEventListener("click", () => remove(shown.id));

/** Turn to a page; by somebody's wish, the view does not follow the reading any more. */
function turn(index, wish = true) {
  if (wish) shown.chosen = true;
  if (index === shown.index) return;
  shown.index = index;
  if (wish) say(`Page ${index + 1}`);
  history.replaceState(null, "", `#/${shown.id}/${index + 1}`);
  endPart();
  paintJob();
  paintRail(true);
  paintPage(true);
}
function step(by) {
  const place = placeOf(shown.index) + by;
  if (place >= 0 && place < shown.order.length) turn(indexAt(place));
}
$("before").addEventListener("click", () => step(-1));
$("after").addEventListener("click", () => step(1));
at.number.addEventListener("change", () => {
  const index = Math.round(Number(at.number.value)) - 1;
  if (placeOf(index) >= 0 && placeOf(index) < shown.order.length) turn(index);
  else at.number.value = shown.index + 1;
});

// ---- rail: thumbnails, as many as can be seen -------------------------------------------------------------------------------------

const thumbs = new Map();  // index: its button's <li>
const strip = at.rail.querySelector("ol");
const lies = () => narrow.matches;  // side by side, not below each other
const ROOM = { tall: 132, wide: 88 };

function paintRail(follow = false) {
  if (!shown?.job) return;
  const count = reckon();
  at.rail.hidden = count < 2;
  document.body.classList.toggle("railed", count > 1);
  if (count < 2) return;
  const flat = lies(), room = flat ? ROOM.wide : ROOM.tall;
  strip.style.height = flat ? "" : `${count * room}px`;
  strip.style.width = flat ? `${count * room}px` : "";
  if (follow) {
    const start = placeOf(shown.index) * room, length = flat ? at.rail.clientWidth : at.rail.clientHeight, from = flat ? at.rail.scrollLeft : at.rail.scrollTop;
    if (start < from || start + room > from + length) at.rail.scrollTo({ [flat ? "left" : "top"]: start - (length - room) / 2, behavior: "auto" });
  }
  const from = flat ? at.rail.scrollLeft : at.rail.scrollTop, length = flat ? at.rail.clientWidth : at.rail.clientHeight;
  const first = Math.max(0, Math.floor(from / room) - 2), last = Math.min(count, Math.ceil((from + length) / room) + 2);
  const wanted = new Set();
  for (let place = first; place < last; place += 1) wanted.add(indexAt(place));
  if (thumbs.has(shown.index) && thumbs.get(shown.index).contains(document.activeElement)) wanted.add(shown.index);
  for (const [index, item] of thumbs) if (!wanted.has(index)) { item.remove(); thumbs.delete(index); }
  for (const index of [...wanted].sort((one, other) => one - other)) paintThumb(index, placeOf(index), count, flat ? place => `translateX(${place * room}px)` : place => `translateY(${place * room}px)`);
}
const STATES = { waiting: "not read yet", reading: "being read", read: "read", failed: "could not be read" };
function paintThumb(index, place, count, shift) {
  const page = shown.pages.get(index), state = page?.state || "waiting";
  let item = thumbs.get(index);
  if (!item) {
    item = make("li", { "aria-setsize": count, "aria-posinset": place + 1 },
      make("button", { type: "button", onclick: () => turn(index) }, make("span.leaf"), make("span.folio-number", {}, String(index + 1))));
    item.job = shown.id;
    thumbs.set(index, item);
    const later = [...thumbs.keys()].filter(one => one > index).sort((one, other) => one - other)[0];
    strip.insertBefore(item, later === undefined ? null : thumbs.get(later));
  }
  item.style.transform = shift(place);
  const button = item.firstChild, current = index === shown.index;
  button.className = `${state}${current ? " current" : ""}`;
  button.tabIndex = current ? 0 : -1;
  if (current) button.setAttribute("aria-current", "page"); else button.removeAttribute("aria-current");
  const sure = state === "read" && page.sure !== null ? `, ${Math.floor(100 * page.sure)}% likely right` : "";
  button.setAttribute("aria-label", `Page ${index + 1}, ${STATES[state]}${sure}`);
  button.title = `Page ${index + 1}, ${STATES[state]}${sure}`;
  if ((state === "read" || state === "reading") && !item.asked) {
    item.asked = true;
    const { id } = shown;
    setTimeout(() => {  // who scrolls past it does not fetch it
      if (!item.isConnected || shown?.id !== id) { item.asked = false; return; }
      pictures.get(jobPath(id, `/pages/${index + 1}/picture?width=160`)).then(
        address => item.isConnected && button.firstChild.replaceChildren(make("img", { src: address, alt: "", decoding: "async" })), () => {});
    }, 120);
  }
}
function clearRail() { strip.replaceChildren(); thumbs.clear(); at.rail.scrollTo(0, 0); }
let railWaits = 0;
at.rail.addEventListener("scroll", () => { railWaits ||= requestAnimationFrame(() => { railWaits = 0; paintRail(); }); }, { passive: true });
addEventListener("resize", () => { if (shown) paintRail(); fitPicture(); });
at.rail.addEventListener("keydown", event => {
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[event.key];
  if (!by) return;
  event.preventDefault();
  turn(indexAt(Math.max(0, Math.min(shown.order.length - 1, placeOf(shown.index) + by))));
  thumbs.get(shown.index)?.firstChild.focus({ preventScroll: true });
});

// ---- page: picture and reading ------------------------------------------------------------------------------------------------------

let turnNumber = 0;  // what comes for a page that is looked at no longer is let go
let liveText = null;

/** Show the page of `shown.index` as far as it is known. */
async function paintPage(anew = false) {
  const now = shown, page = now.pages.get(now.index), mine = ++turnNumber, index = now.index;
  hush();
  document.body.classList.remove("alone");
  if (anew) { at.scroll.scrollTop = 0; at.view.scrollTop = at.view.scrollLeft = 0; now.data = null; }
  paintParts();
  if (page?.state === "read" || page?.state === "failed") {
    const number = index + 1;
    let data;
    try {
      data = now.read.get(index) || await askJson(jobPath(now.id, `/pages/${number}`), { signal: now.abort.signal });
    } catch (error) {
      if (error.name === "AbortError" || mine !== turnNumber) return;
      at.reading.replaceChildren(make("p.lost", { role: "note" }, error.message), make("p", {}, make("button.plain", { type: "button", onclick: () => paintPage() }, "Try again")));
      return;
    }
    remember(now, index, data);
    if (mine !== turnNumber || shown !== now) return;
    paintReading(data);
    paintPicture(data, mine);
  } else {
    now.data = null;
    liveText = null;
    marksOff();
    at.facts.textContent = "";
    paintWaiting(page);
    paintBlank(page, mine);
  }
}
function remember(now, index, data) {
  now.read.delete(index);
  now.read.set(index, data);
  if (now.read.size > 60) now.read.delete(now.read.keys().next().value);
}
function paintWaiting(page) {
  const { job } = shown;
  at.reading.className = "";
  if (job?.status === "failed") { paintFailure(job); return; }
  if (job?.status === "cancelled") { at.reading.replaceChildren(make("div.empty", {}, make("p.soft", {}, "This page was not read: the reading was stopped before."), againButton("Read it again"))); return; }
  if (page?.state === "reading") {
    liveText = document.createTextNode(page.text);
    at.reading.replaceChildren(make("div.live", { "aria-busy": "true", dir: "auto" }, liveText, make("span.caret", { "aria-hidden": "true" })));
    return;
  }
  const told = !job ? "Asking the server…" : job.status === "queued" ? `${stateOf(job)}.` : job.status === "done" ? "Nothing was read of this page." : shown.pages.size ? "This page has not been read yet." : "The file is being opened…";
  at.reading.replaceChildren(make("div.empty", {}, job && !DONE.has(job.status) ? make("span.breath", { "aria-hidden": "true" }, make("i"), make("i"), make("i")) : null, make("p.soft", {}, told)));
}
/** The whole job failed: say why, and what can be done. */
function paintFailure(job) {
  document.body.classList.add("alone");
  at.view.replaceChildren();
  if (isLocked(job)) {
    const wrong = /not opened|wrong/i.test(job.error.message);
    const field = make("input", { type: "password", id: "unlock", autocomplete: "off", required: true, maxlength: 200, "aria-describedby": wrong ? "unlock-wrong" : null });
    const form = make("form.empty.locked", { onsubmit: event => { event.preventDefault(); again([["password", field.value]]); } },
      make("h2", {}, "This PDF is locked"), make("p.soft", {}, "Its password opens it. The server keeps it with the file, until both are deleted."),
      make("label.field", { for: "unlock" }, "Password", field),
      wrong ? make("p.wrong", { id: "unlock-wrong", role: "alert" }, "This password does not open it.") : null,
      make("p.ends", {}, make("button.strong", { type: "submit" }, "Open and read")));
    at.reading.replaceChildren(form);
    field.focus();
    return;
  }
  at.reading.replaceChildren(make("div.empty", {}, make("h2", {}, "This could not be read"), make("p.soft", {}, plainly(job.error?.message) || "The server does not say why."), againButton("Try again")));
}
const againButton = text => make("p.ends", {}, make("button.plain", { type: "button", onclick: () => again([]) }, icon("again"), make("span", {}, text)));
/** Read the same file once more, with the options it had and others in addition; the failed one is taken away. */
async function again(more) {
  const { id, job } = shown;
  const fields = Object.entries(job.options || {}).filter(([name, value]) => value !== null && !["source", "file", "password"].includes(name))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map(one => [name, String(one === true ? 1 : one === false ? 0 : one)]));
  try {
    const made = await start(id, [...fields, ...more], { waits: banner });
    learn(made);
    if (job.status === "failed") ask(jobPath(id), { method: "DELETE" }).then(() => { gone.add(id); known.delete(id); }, () => {});
    history.replaceState(null, "", `#/${made.id}`);
    route();
  } catch (error) {
    toast(error.message, true);
  }
}
/** More of the text of the page that is looked at; painted once a frame, however often it comes. */
let writing = 0;
function write(page) {
  writing ||= requestAnimationFrame(() => {
    writing = 0;
    if (shown?.pages.get(shown.index) === page && page.state === "reading") paintText(page);
  });
}
function paintText(page) {
  if (!liveText || !liveText.isConnected) { paintPage(); return; }
  const follows = !narrow.matches && isAtEnd();
  liveText.data = page.text.replace(/^\n+/, "");
  if (follows) at.scroll.scrollTop = at.scroll.scrollHeight;
}

function paintReading(data) {
  const now = shown, followed = liveText?.isConnected && !narrow.matches && isAtEnd();
  now.data = data;
  liveText = null;
  const known = isKnownPage(data);
  at.reading.className = known ? "" : "bare-page";
  at.reading.replaceChildren(safe(data.html || ""));
  if (!at.reading.childElementCount) at.reading.append(make("p.note", {}, data.error ? "" : "Nothing was read on this page."));
  for (const one of at.reading.querySelectorAll(":scope > .note.problem")) {
    if (data.notes?.some(said => one.textContent.startsWith(said.slice(0, 60)))) one.classList.remove("problem");  // told, not complained of
  }
  if (data.truncated && !data.error) at.reading.append(make("p.note.problem", {}, "The reading was cut off before the end of the page."));
  for (const block of at.reading.querySelectorAll(".block[data-block]")) {
    const number = Number(block.dataset.block), about = data.blocks[number];
    if (!about) continue;
    if (about.data?.edited) block.classList.add("edited");
    block.prepend(make("button.pen", { type: "button", title: "Edit (E)", "aria-label": `Edit ${about.kind} ${number + 1}`, onclick: () => edit(block) }, icon("pen")));
  }
  gather(at.reading, data);
  tellFacts(data);
  if (followed) at.scroll.scrollTop = 0;  // it was followed to its end, and is now to be looked at from its beginning, as its picture is
}
const isAtEnd = () => at.scroll.scrollHeight - at.scroll.scrollTop - at.scroll.clientHeight < 80;
const isKnownPage = data => Array.isArray(data.blocks);
function tellFacts(data) {
  const told = [];
  if (data.confidence !== null && data.confidence !== undefined) told.push(`${Math.floor(100 * data.confidence)}\u202f% likely right`);
  if (data.estimated) told.push("places are estimated");
  at.facts.textContent = told.join(" · ");
}

/** The picture of a page with its blocks outlined. */
async function paintPicture(data, mine) {
  const path = jobPath(shown.id, `/pages/${data.index + 1}/picture`);
  const boxes = at.view.querySelector("svg.boxes"), same = at.view.dataset.path === path && boxes;
  if (!same) {
    let address;
    try {
      address = data.width ? await pictures.get(path) : null;
    } catch { address = null; }
    if (mine !== turnNumber) return;
    if (!address) {
      delete at.view.dataset.path;
      at.view.replaceChildren(make("p.note", {}, "There is no picture of this page."));
      at.part.disabled = true;
      return;
    }
    const image = make("img", { src: address, width: data.width, height: data.height, alt: `Page ${data.index + 1} as it was read`, decoding: "async", draggable: "false" });
    const layer = drawn("svg", { class: "boxes", viewBox: `0 0 ${data.width} ${data.height}`, "aria-hidden": "true" },
      drawn("g", { class: "blocks" }), drawn("g", { class: "doubts" }), drawn("g", { class: "here" }));
    at.view.replaceChildren(make("div.paper", {}, image, layer));
    at.view.dataset.path = path;
    delete at.view.dataset.waits;
    at.part.disabled = false;
    fitPicture();
  }
  const room = Math.max(2, Math.round(data.width / 250));  // beside the ink, so that it can be read
  const outlines = data.blocks.map((block, number) => {
    if (!block.box) return null;
    const made = rect(block.box, room);
    made.setAttribute("class", `kind-${kindOf(block)}`);
    made.dataset.block = number;
    return made;
  });
  at.view.querySelector(".blocks").replaceChildren(...outlines.filter(Boolean));
  mark();
}
const KINDS = ["text", "formula", "table", "code", "music", "chart", "molecule", "geometry"];
const kindOf = block => (KINDS.includes(block.kind) ? block.kind : "other");

/** A page that is not read yet: its picture as soon as there is one, before that the file itself where this tab has it, else a blank of its size. */
async function paintBlank(page, mine) {
  at.part.disabled = true;
  const path = jobPath(shown.id, `/pages/${shown.index + 1}/picture`), stopped = shown.job && DONE.has(shown.job.status) ? "" : ".wait";
  if (page?.state === "reading" && at.view.dataset.waits === path) return;
  delete at.view.dataset.path;
  delete at.view.dataset.waits;
  if (page?.state === "reading") {
    const address = await pictures.get(path).catch(() => null);
    if (mine !== turnNumber) return;
    if (address) {
      at.view.replaceChildren(make(`div.paper${stopped}`, {}, make("img", { src: address, width: page.width, height: page.height, alt: `Page ${page.index + 1}`, draggable: "false" })));
      at.view.dataset.waits = path;
      fitPicture();
      return;
    }
  }
  const file = previews.get(shown.id);
  if (file) {
    file.address ??= URL.createObjectURL(file);
    const image = make("img", { src: file.address, alt: "The picture that is read", draggable: "false", onerror: () => previews.delete(shown?.id) });
    at.view.replaceChildren(make(`div.paper${stopped}`, {}, image));
  } else if (page?.width) {
    const blank = make(`div.paper.blank${stopped}`);
    blank.style.aspectRatio = `${page.width} / ${page.height}`;
    at.view.replaceChildren(blank);
  } else if (!document.body.classList.contains("alone")) {
    at.view.replaceChildren(make(`div.paper.blank${stopped}`));
  }
  fitPicture();
}

const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3, 4];
/** As wide as there is room, but a small picture is not blown up; `zoom` is in shares of that. */
function fitPicture() {
  const paper = at.view.querySelector(".paper");
  if (!paper) return;
  const width = shown?.data?.width || shown?.pages.get(shown.index)?.width || 0;
  paper.style.width = `${100 * (shown?.zoom || 1)}%`;
  paper.style.maxWidth = width && shown.zoom === 1 ? `${Math.max(width * 1.25, 320)}px` : "none";
}
function zoom(by) {
  const place = ZOOMS.indexOf(shown.zoom);
  shown.zoom = by ? ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, place + by))] : 1;
  const { scrollTop, scrollHeight, scrollLeft, scrollWidth } = at.view;
  fitPicture();
  at.view.scrollTo({ top: scrollTop / scrollHeight * at.view.scrollHeight, left: scrollLeft / scrollWidth * at.view.scrollWidth, behavior: "auto" });
  say(`${Math.round(100 * shown.zoom)}% of the width`);
}
$("smaller").addEventListener("click", () => zoom(-1));
$("larger").addEventListener("click", () => zoom(1));
$("fit").addEventListener("click", () => zoom(0));

// ---- words: tied to their places on the picture, both ways --------------------------------------------------------------------------

const boxOf = element => (element.dataset.box ? element.dataset.box.split(" ").map(Number) : null);
const sureOf = element => ("sure" in element.dataset ? Number(element.dataset.sure) : null);
function othersOf(element) {
  try {
    return JSON.parse(element.dataset.others || "[]").filter(Array.isArray);
  } catch { return []; }
}
/** The words of the page; one that lies across tags has several parts. A block without words is a stop of its own. */
function gather(reading, data) {
  shown.words = [];
  shown.blocks = [];
  stop = null;
  for (const block of reading.querySelectorAll(".block[data-block]")) {
    const thing = { block, box: boxOf(block), sure: sureOf(block), kind: data.blocks[Number(block.dataset.block)]?.kind || "" };
    shown.blocks.push(block.thing = thing);
    const known = new Map();
    for (const part of block.querySelectorAll("[data-word]")) {
      let word = known.get(part.dataset.word);
      if (!word) {
        word = { parts: [], box: boxOf(part), sure: sureOf(part), block, kind: thing.kind, others: othersOf(part), odd: part.dataset.odd || "" };
        known.set(part.dataset.word, word);
        shown.words.push(word);
      }
      word.parts.push(part);
      part.word = word;
    }
    if (!known.size) shown.words.push(block.word = { parts: [block], box: thing.box, sure: thing.sure, block, kind: thing.kind, others: [], odd: "", whole: true });
  }
  if (shown.words.length) shown.words[0].parts[0].tabIndex = 0;
}
const partAt = target => target.closest?.("#reading [data-word]");
const spelled = word => word.parts.map(part => part.textContent).join("");

let lit = null;  // the word or block that is shown, at most one
let stop = null;  // the word that the Tab key comes to
function hush() {
  for (const part of lit?.parts || []) part.classList.remove("on");
  lit?.block.classList.remove("on");
  for (const one of at.view.querySelectorAll("rect.on")) one.classList.remove("on");
  at.view.querySelector(".here")?.replaceChildren();
  lit = null;
  at.tip.hidden = true;
}
function light(thing, follow) {
  if (lit !== thing) {
    hush();
    lit = thing;
    if (!thing.whole) for (const part of thing.parts || []) part.classList.add("on");
    thing.block.classList.add("on");
    at.view.querySelector(`.blocks [data-block="${thing.block.dataset.block}"]`)?.classList.add("on");
    if (thing.parts && thing.box) at.view.querySelector(".here")?.append(rect(thing.box, 2));
  }
  if (follow) look(thing.box);
}
/** Scroll the picture, and nothing else, so that a place can be seen. */
function look(box) {
  const layer = at.view.querySelector(".boxes");
  if (!box || !layer) return;
  const scale = layer.clientWidth / layer.viewBox.baseVal.width, view = at.view;
  const [left, top, right, bottom] = box.map(value => value * scale);
  const goes = {};
  if (top < view.scrollTop || bottom > view.scrollTop + view.clientHeight) goes.top = (top + bottom - view.clientHeight) / 2;
  if (left < view.scrollLeft || right > view.scrollLeft + view.clientWidth) goes.left = (left + right - view.clientWidth) / 2;
  if ("top" in goes || "left" in goes) view.scrollTo({ ...goes, behavior: calm.matches ? "auto" : "smooth" });
}
function tell(thing, x, y) {
  const isWord = thing.parts && !thing.whole && !thing.parts[0].classList.contains("whole");
  const name = isWord ? spelled(thing) : thing.kind;
  const sure = thing.sure === null ? "" : `${thing.sure}\u202f% ${isWord ? "sure" : "likely right"}`;
  const lines = [make("div", {}, make("b", { dir: "auto" }, name.length > 60 ? `${name.slice(0, 60)}…` : name), sure)];
  if (thing.odd) lines.push(make("div.odd", {}, thing.odd));
  for (const [other, chance] of thing.others || []) lines.push(make("div.other", {}, "or ", make("b", { dir: "auto" }, String(other)), `${Number(chance)}\u202f%`));
  at.tip.replaceChildren(...lines);
  at.tip.hidden = false;
  const { width, height } = at.tip.getBoundingClientRect();
  at.tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - width - 4))}px`;
  at.tip.style.top = `${y + 20 + height > innerHeight ? Math.max(4, y - height - 10) : y + 20}px`;
}
function tellAt(word) {
  const place = word.parts[0].getBoundingClientRect();
  tell(word, place.left - 12, place.bottom - 14);
}

at.reading.addEventListener("pointerover", event => {
  if (event.target.closest("form")) return;
  const part = partAt(event.target), block = event.target.closest(".block[data-block]");
  if (part?.word) { light(part.word, event.pointerType === "mouse"); tellAt(part.word); }
  else if (block?.thing && lit !== block.thing) { light(block.thing, event.pointerType === "mouse"); at.tip.hidden = true; }
});
at.reading.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") hush(); });
at.reading.addEventListener("click", event => {
  const part = partAt(event.target);
  if (part?.word && !String(getSelection())) { stand(part.word, true); tellAt(part.word); }
});
at.reading.addEventListener("dblclick", event => {
  const block = event.target.closest(".block[data-block]");
  if (block && !event.target.closest("form, details, button")) edit(block, partAt(event.target)?.word);
});
/** The smallest word at a point of the picture, else the block. */
function under(event) {
  const layer = at.view.querySelector(".boxes");
  if (!layer || !shown?.data) return null;
  const size = layer.viewBox.baseVal, place = layer.getBoundingClientRect();
  const x = (event.clientX - place.left) / place.width * size.width, y = (event.clientY - place.top) / place.height * size.height;
  const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
  const least = things => things.reduce((best, thing) => {
    if (!thing.box) return best;
    const [left, top, right, bottom] = thing.box;
    return left <= x && x < right && top <= y && y < bottom && (!best || area(thing.box) < area(best.box)) ? thing : best;
  }, null);
  return least(shown.words) || least(shown.blocks || []);
}
let moving = 0;
at.view.addEventListener("pointermove", event => {
  if (moving || picking || event.buttons || !event.target.closest(".paper")) return;
  moving = requestAnimationFrame(() => {
    moving = 0;
    const thing = under(event);
    if (!thing) { hush(); return; }
    light(thing, false);
    tell(thing, event.clientX, event.clientY);
  });
});
at.view.addEventListener("pointerleave", event => { if (event.pointerType === "mouse" && !picking) hush(); });
at.view.addEventListener("click", event => {
  const thing = !picking && event.target.closest(".paper") && under(event);
  if (!thing) return;
  (thing.parts ? thing.parts[0] : thing.block).scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  if (thing.parts) stand(thing, false);
  light(thing, false);
  tell(thing, event.clientX, event.clientY);
});

function stand(word, follow) {
  if (stop && stop !== word) for (const part of stop.parts) part.removeAttribute("tabindex");
  else if (!stop && shown.words[0] !== word) shown.words[0]?.parts[0].removeAttribute("tabindex");
  stop = word;
  word.parts[0].tabIndex = 0;
  word.parts[0].focus({ preventScroll: true });
  light(word, follow);
}
function go(word) {
  word.parts[0].scrollIntoView({ block: "nearest" });
  stand(word, true);
  tellAt(word);
  tellCount();
}
at.reading.addEventListener("focusin", event => {
  const part = partAt(event.target) || (event.target.word ? event.target : null);
  if (part?.word && part.word !== lit) { stop = part.word; light(part.word, true); if (part.matches(":focus-visible")) tellAt(part.word); }
});
at.reading.addEventListener("focusout", event => { if (!at.reading.contains(event.relatedTarget)) hush(); });
at.reading.addEventListener("keydown", event => {
  const word = event.target.word;
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!word) return;
  const other = by && shown.words[shown.words.indexOf(word) + by];
  if (other) { event.preventDefault(); go(other); }
  else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(word.block, word); }
});

// ---- marks: what is not sure enough -------------------------------------------------------------------------------------------------

function marksOff() {
  shown.words = shown.blocks = shown.low = [];
  stop = null;
  $("doubts").hidden = true;
  at.legend.replaceChildren();
}
function mark() {
  const least = Number(at.threshold.value);
  at.share.textContent = at.threshold.value;
  if (!shown?.data) return;
  shown.low = [];
  for (const word of shown.words) {
    const is = Boolean(word.odd) || (word.sure !== null && word.sure < least);
    if (is !== word.low) for (const part of word.parts) part.classList.toggle("low", is);
    word.low = is;
    if (is) shown.low.push(word);
  }
  at.view.querySelector(".doubts")?.replaceChildren(...shown.low.filter(word => word.box).map(word => {
    const made = rect(word.box, 1);
    if (word.whole || word.parts[0].classList.contains("whole")) made.setAttribute("class", "whole");  // large: what lies under it is to be seen
    return made;
  }));
  $("doubts").hidden = false;
  $("doubt-before").disabled = $("doubt-next").disabled = !shown.low.length;
  const kinds = [...new Set(shown.data.blocks.map(kindOf))];
  at.legend.replaceChildren(...kinds.map(kind => make(`li.kind-${kind}`, {}, kind)));
  tellCount();
}
function tellCount() {
  const place = shown.low.indexOf(stop), count = shown.low.length;
  at.count.textContent = place >= 0 ? `${place + 1} of ${count}` : count ? `${count} doubtful` : "no doubts";
}
function nextDoubt(by) {
  const { low } = shown;
  if (!low.length) return;
  let place = low.indexOf(stop);
  if (place < 0 && stop) {
    const behind = low.findIndex(word => stop.parts[0].compareDocumentPosition(word.parts[0]) & Node.DOCUMENT_POSITION_FOLLOWING);
    place = behind < 0 ? low.length - 1 : behind - 1 + (by < 0);
  } else if (place < 0) place = by > 0 ? -1 : 0;
  go(low[(place + by + low.length) % low.length]);
}
$("doubt-next").addEventListener("click", () => nextDoubt(1));
$("doubt-before").addEventListener("click", () => nextDoubt(-1));
at.threshold.value = local.get("threshold") ?? 70;
at.threshold.addEventListener("input", () => { local.set("threshold", at.threshold.value); mark(); });
at.outlines.checked = local.get("outlines") !== "0";
const outline = () => document.documentElement.classList.toggle("no-outlines", !at.outlines.checked);
at.outlines.addEventListener("change", () => { local.set("outlines", at.outlines.checked ? "1" : "0"); outline(); });
outline();

// ---- part: a frame drawn on the picture is read by itself ---------------------------------------------------------------------------

let picking = null;  // {frame, box}: while a frame is drawn

function beginPart(byKey) {
  const paper = at.view.querySelector(".paper"), { data } = shown;
  if (picking || !paper || !data || at.part.disabled) return;
  hush();
  const frame = make("div.frame", { tabindex: 0, role: "application", "aria-roledescription": "movable frame", "aria-describedby": "part-help" });
  picking = { frame, box: null, paper, data };
  at.part.setAttribute("aria-pressed", "true");
  $("part-help").hidden = false;
  at.view.classList.add("picking");
  paper.append(frame);
  if (byKey) {
    const { width, height } = data;
    setFrame([width * 0.2, height * 0.1, width * 0.8, height * 0.3]);
    frame.focus({ preventScroll: true });
    look(picking.box);
  } else frame.hidden = true;
}
function endPart() {
  if (!picking) return;
  picking.frame.remove();
  picking = null;
  at.part.setAttribute("aria-pressed", "false");
  $("part-help").hidden = true;
  at.view.classList.remove("picking");
}
/** Put the frame where it is wanted, within the page; in pixels of the page. */
function setFrame([left, top, right, bottom]) {
  const { frame, data: { width, height } } = picking;
  [left, right] = [Math.min(left, right), Math.max(left, right)].map(value => Math.max(0, Math.min(width, value)));
  [top, bottom] = [Math.min(top, bottom), Math.max(top, bottom)].map(value => Math.max(0, Math.min(height, value)));
  picking.box = [left, top, right, bottom].map(Math.round);
  const share = (value, of) => `${100 * value / of}%`;
  Object.assign(frame.style, { left: share(left, width), top: share(top, height), width: share(right - left, width), height: share(bottom - top, height) });
  frame.hidden = false;
  frame.setAttribute("aria-label", `Frame: ${Math.round(100 * left / width)}% from the left, ${Math.round(100 * top / height)}% from the top, ${Math.round(100 * (right - left) / width)}% wide, ${Math.round(100 * (bottom - top) / height)}% high`);
}
function pointOf(event) {
  const place = picking.paper.getBoundingClientRect();
  return [(event.clientX - place.left) / place.width * picking.data.width, (event.clientY - place.top) / place.height * picking.data.height];
}
at.part.addEventListener("click", event => (picking ? endPart() : beginPart(event.detail === 0)));
at.view.addEventListener("pointerdown", event => {
  if (!picking || event.button !== 0 || !event.target.closest(".paper")) return;
  event.preventDefault();
  picking.from = pointOf(event);
  at.view.setPointerCapture(event.pointerId);
});
at.view.addEventListener("pointermove", event => {
  if (picking?.from) setFrame([...picking.from, ...pointOf(event)]);
});
at.view.addEventListener("pointerup", () => {
  if (!picking?.from) return;
  picking.from = null;
  if (picking.box) readPart();
});
at.view.addEventListener("pointercancel", () => { if (picking) { picking.from = null; picking.frame.hidden = true; } });
at.view.addEventListener("keydown", event => {
  if (!picking) return;
  const { data: { width, height } } = picking;
  if (event.key === "Enter" && picking.box) { event.preventDefault(); readPart(); return; }
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way || !picking.box) return;
  event.preventDefault();
  const pace = event.ctrlKey || event.metaKey ? 0.002 : 0.02;
  const [across, down] = [way[0] * width * pace, way[1] * height * pace], [left, top, right, bottom] = picking.box;
  if (event.shiftKey) setFrame([left, top, Math.max(left + 8, right + across), Math.max(top + 8, bottom + down)]);
  else {
    const x = Math.max(-left, Math.min(width - right, across)), y = Math.max(-top, Math.min(height - bottom, down));
    setFrame([left + x, top + y, right + x, bottom + y]);
  }
  look(picking.box);
});

async function readPart() {
  const { box, data } = picking, now = shown;
  if (box[2] - box[0] < 6 || box[3] - box[1] < 6) { picking.frame.hidden = true; picking.box = null; return; }
  endPart();
  const part = addPart(now, { box, index: data.index });
  paintParts();
  say("Reading the part");
  try {
    const fields = [["pages", String(data.index + 1)], ["region", box.join(",")]];  // its password, if any, the server has
    if (now.job?.options?.mode) fields.push(["mode", String([now.job.options.mode].flat()[0])]);
    const job = await start(now.id, fields, { signal: part.abort.signal, waits: text => { part.text = text; paintPart(part); } });
    part.id = job.id;
    tie(job.id, now.id);
    learn(job);
    await followPart(part);
  } catch (error) {
    if (error.name === "AbortError") return;
    part.problem = error.message;
    paintPart(part);
  }
}
function addPart(now, about) {
  const part = { id: null, text: "", html: null, problem: "", abort: new AbortController(), made: null, ...about };
  now.parts.unshift(part);
  return part;
}
async function followPart(part) {
  let last = null;
  for await (const [name, data] of events(jobPath(part.id, "/events"), part.abort.signal)) {
    if (name === "text") part.text += data.text;
    else if (name === "page") part.text = "";
    else if (name === "leaf") {
      if (data.error) part.problem = plainly(data.error);
      else part.page = await askJson(jobPath(part.id, `/pages/${data.index + 1}`), { signal: part.abort.signal });
    } else last = data;
    paintPart(part);
  }
  if (last?.status === "failed") part.problem = isLocked(last) ? "The PDF is locked." : plainly(last.error?.message) || "It could not be read.";
  part.over = true;
  paintPart(part);
  say(part.problem || `The part says: ${partText(part).slice(0, 200) || "nothing"}`);
}
const partText = part => (part.page ? part.page.text || part.page.blocks.map(block => block.text).join("\n\n") : part.text).trim();
/** The parts of the page that is looked at, the latest on top. */
function paintParts() {
  const here = shown.parts.filter(part => part.index === shown.index);
  for (const part of here) if (!part.made) makePart(part);
  at.parts.replaceChildren(...here.map(part => part.made));
}
function makePart(part) {
  const body = make("div.said", { "aria-live": "polite" });
  part.made = make("section.card", { "aria-label": "What the part says" },
    make("header", {}, make("h3", {}, "Part of the page"), make("button.plain.copies", { type: "button", disabled: true, onclick: () => copyPart(part) }, icon("copy"), make("span", {}, "Copy")),
      make("button.bare", { type: "button", "aria-label": "Close the part", title: "Close", onclick: () => closePart(part) }, icon("close"))), body);
  part.made.body = body;
  const image = at.view.querySelector(".paper img");
  if (image?.naturalWidth && shown.data) {
    const scale = image.naturalWidth / shown.data.width, [left, top, right, bottom] = part.box.map(value => value * scale);
    const canvas = make("canvas", { width: Math.max(1, Math.round(right - left)), height: Math.max(1, Math.round(bottom - top)), role: "img", "aria-label": "The part" });
    canvas.getContext("2d").drawImage(image, left, top, right - left, bottom - top, 0, 0, canvas.width, canvas.height);
    body.before(canvas);
  }
  const lit = on => { const here = at.view.querySelector(".here"); if (on) here?.replaceChildren(rect(part.box)); else here?.replaceChildren(); };
  part.made.addEventListener("pointerenter", () => { hush(); lit(true); });
  part.made.addEventListener("pointerleave", () => lit(false));
  paintPart(part);
}
function paintPart(part) {
  if (!part.made) return;
  const { body } = part.made;
  part.made.classList.toggle("busy", !part.page && !part.problem && !part.over);
  if (part.problem) body.replaceChildren(make("p.wrong", {}, part.problem));
  else if (part.page) {
    body.replaceChildren(safe(part.page.html || ""));
    if (!partText(part)) body.replaceChildren(make("p.note", {}, "Nothing was read there."));
    for (const one of body.querySelectorAll("[tabindex]:not(.wide, pre)")) one.removeAttribute("tabindex");
  } else if (part.over) body.replaceChildren(make("p.note", {}, "Nothing was read there."));
  else body.replaceChildren(make("div.live", { dir: "auto" }, part.text.trimStart(), make("span.caret", { "aria-hidden": "true" })));
  part.made.querySelector(".copies").disabled = !partText(part);
}
const copyPart = part => toClipboard({ "text/plain": partText(part) }, "The part was copied");
function closePart(part) {
  part.abort.abort();
  const place = shown.parts.indexOf(part);
  if (place >= 0) shown.parts.splice(place, 1);
  if (part.id) { gone.add(part.id); known.delete(part.id); ask(jobPath(part.id), { method: "DELETE" }).catch(() => {}); }
  at.view.querySelector(".here")?.replaceChildren();
  paintParts();
  at.part.focus();
}
/** Parts of earlier are found again after a reload. */
async function findParts(now) {
  try {
    const { data } = await askJson("/v1/jobs");
    if (shown !== now) return;
    for (const job of data.reverse()) {
      learn(job);
      const box = String(regionOf(job) || "").split(",").map(Number);
      if (sourceOf(job) !== now.id || box.length !== 4 || box.some(Number.isNaN) || now.parts.some(part => part.id === job.id)) continue;
      const part = addPart(now, { id: job.id, box, index: firstOf(job) });
      followPart(part).catch(() => {});
    }
    paintParts();
  } catch { /* the page is whole without them */ }
}

// ---- edit -----------------------------------------------------------------------------------------------------------------------------

/** Where a word stands in the source of its block, looked for behind the words before it; -1 = not found. */
function placeOfWord(word, text) {
  let behind = 0;
  for (const one of shown.words) {
    if (one.block !== word.block) continue;
    const letters = spelled(one).trim(), found = text.indexOf(letters, behind);
    if (one === word) return found;
    if (found >= 0) behind = found + letters.length;
  }
  return -1;
}
function edit(block, word) {
  if (at.reading.querySelector("form.edit")) { at.reading.querySelector("form.edit textarea").focus(); return; }
  const now = shown, { data } = now, number = Number(block.dataset.block), about = data.blocks[number];
  if (!about) return;
  hush();
  const area = make("textarea", { "aria-label": `Text of the ${about.kind}`, dir: "auto", spellcheck: about.kind === "text" ? "true" : "false", rows: 2 });
  area.value = about.text;
  if (about.kind !== "text") area.className = "source";
  const wrong = make("p.wrong", { role: "alert", hidden: true });
  const save = make("button.strong", { type: "submit" }, "Save");
  const letters = word && !word.whole ? spelled(word).trim() : "", place = letters ? placeOfWord(word, about.text) : -1;
  const others = place >= 0 ? word.others.map(([other]) => String(other)).filter(other => other && other !== letters) : [];
  const mends = others.length ? make("p.mends", {}, make("span.note", {}, `In place of “${letters}”:`), ...others.map(other => make("button.plain", { type: "button", dir: "auto",
    onclick: () => { area.setRangeText(other, place, place + inPlace.length, "select"); inPlace = other; area.focus(); } }, other))) : null;
  let inPlace = letters;
  const form = make("form.edit", { "aria-label": `Edit ${about.kind}` }, area, mends, wrong, make("p.ends", {},
    make("span.note", {}, HINTS[about.kind] || "An empty text takes the block away."),
    make("button.plain", { type: "button", onclick: () => close() }, "Cancel"), save));
  const close = () => { form.remove(); block.hidden = false; block.querySelector(".pen")?.focus(); };
  form.addEventListener("submit", async event => {
    event.preventDefault();
    save.disabled = true;
    try {
      const page = await askJson(jobPath(now.id, `/pages/${data.index + 1}/blocks/${number}`), { method: "PUT", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ text: area.value }) });
      remember(now, data.index, page);
      if (shown !== now || now.index !== data.index) return;
      paintReading(page);
      paintPicture(page, turnNumber);
      say(area.value.trim() ? "Saved" : "The block was taken away");
      const next = at.reading.querySelectorAll(".block[data-block]")[Math.min(number, page.blocks.length - 1)];
      next?.querySelector(".pen")?.focus({ preventScroll: true });
    } catch (error) {
      save.disabled = false;
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
  });
  area.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
  });
  const grow = () => { area.style.height = "auto"; area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.6)}px`; };
  area.addEventListener("input", grow);
  block.after(form);
  block.hidden = true;
  grow();
  area.focus({ preventScroll: true });
  if (place >= 0) area.setSelectionRange(place, place + letters.length);
  else area.setSelectionRange(0, 0);
  form.scrollIntoView({ block: "nearest" });
  look(boxOf(block));
}
const HINTS = { text: "In Markdown. An empty text takes the block away.", formula: "In LaTeX.", table: "As it was read, HTML or Markdown.", music: "In its notation.", molecule: "In SMILES.", chart: "As data.", code: "As it stands.", geometry: "As TikZ." };

// ---- copy and download ----------------------------------------------------------------------------------------------------------------

/** Put things on the clipboard: {media type: text, or a promise of it}. Where the browser has no clipboard for pages (no https), as a key does. */
async function toClipboard(things, told) {
  try {
    if (navigator.clipboard?.write && window.ClipboardItem) {
      const blobs = Object.fromEntries(Object.entries(things).map(([type, text]) => [type, Promise.resolve(text).then(one => new Blob([one], { type }))]));
      await navigator.clipboard.write([new ClipboardItem(blobs)]);
    } else {
      const texts = {};
      for (const [type, text] of Object.entries(things)) texts[type] = await text;
      const onCopy = event => { event.preventDefault(); for (const [type, text] of Object.entries(texts)) event.clipboardData.setData(type, text); };
      document.addEventListener("copy", onCopy);
      const done = document.execCommand("copy");
      document.removeEventListener("copy", onCopy);
      if (!done) throw new Error("refused");
    }
    toast(told);
  } catch (error) {
    toast(error instanceof Problem ? error.message : "The browser did not let it be copied; download it instead.", true);
  }
}
const resultOf = query => ask(jobPath(shown.id, `/result?${new URLSearchParams(query)}`));
const textOf = async to => (await resultOf({ to })).text();
/** What stands in an HTML file, without the file around it: its style would be refused here. */
async function richOf() {
  const text = await textOf("html");
  return bared(make("div", {}, safe(text.slice(text.indexOf("<main>") + 6, text.lastIndexOf("</main>"))))).innerHTML;
}
/** Without what is for looking only. */
function bared(whole) {
  for (const one of whole.querySelectorAll(".note, .folio, .pen, .lost, details, form")) one.remove();
  for (const one of whole.querySelectorAll("*")) {
    for (const name of one.getAttributeNames()) if (/^(data-|tabindex$|class$|id$|role$|aria-)/.test(name) && one.namespaceURI === HTML) one.removeAttribute(name);
  }
  for (const one of whole.querySelectorAll("span, mark")) one.replaceWith(...one.childNodes);
  whole.normalize();
  return whole;
}
/** What can be read as plain text: cells parted by tabs, formulas as they were written. */
function plainText(whole) {
  for (const one of whole.querySelectorAll("math")) one.replaceWith(one.getAttribute("alttext") || one.textContent);
  for (const one of whole.querySelectorAll("svg")) one.remove();
  for (const one of whole.querySelectorAll("tr")) one.replaceWith(make("p", {}, [...one.children].map(cell => cell.textContent.trim()).join("\t")));
  for (const one of whole.querySelectorAll("li")) one.prepend("- ");
  for (const one of whole.querySelectorAll("br")) one.replaceWith("\n");
  const lines = [];
  for (const block of whole.children) {
    const parts = [...block.querySelectorAll("p, li, pre, h1, h2, h3, h4, h5, h6, figcaption")].filter(part => !part.querySelector("p, li"));
    lines.push((parts.length ? parts.map(part => part.textContent.trim()).join("\n") : block.textContent.trim()));
  }
  return lines.filter(Boolean).join("\n\n");
}
function copyChoices() {
  const page = () => bared(make("div", {}, ...[...at.reading.querySelectorAll(".block")].map(block => block.cloneNode(true))));
  const rich = "Formatted, for a letter or a mail";
  const whole = what => [
    ["Markdown", () => toClipboard({ "text/plain": textOf("markdown") }, `${what} copied as Markdown`)],
    ["Plain text", () => toClipboard({ "text/plain": textOf("text") }, `${what} copied as plain text`)],
    [rich, () => toClipboard({ "text/html": richOf(), "text/plain": textOf("text") }, `${what} copied with its look`)],
  ];
  if (reckon() < 2 || !shown.data) return whole("The text was");
  return ["This page",
    ["Markdown", () => toClipboard({ "text/plain": shown.data.text }, "The page was copied as Markdown")],
    ["Plain text", () => toClipboard({ "text/plain": plainText(page()) }, "The page was copied as plain text")],
    [rich, () => toClipboard({ "text/html": page().innerHTML, "text/plain": plainText(page()) }, "The page was copied with its look")],
    "All pages", ...whole("All pages were")];
}

const NAMES = { markdown: "Markdown", text: "Plain text", json: "JSON, with places and certainty", html: "Web page", content: "Blocks for retrieval", csv: "Tables as CSV", docx: "Word",
  pdf: "PDF, searchable", latex: "LaTeX", xlsx: "Tables for Excel", hocr: "hOCR", alto: "ALTO", musicxml: "MusicXML", abc: "ABC notation", midi: "MIDI", smi: "SMILES", mol: "Molecules, MOL",
  sdf: "Molecules, SDF", svg: "Drawings, SVG", tikz: "TikZ" };
const OFTEN = ["markdown", "docx", "pdf", "html", "text"];
let formats = null;
async function downChoices() {
  formats ??= (await askJson("/v1/formats")).data;
  const rank = ({ name }) => (OFTEN.includes(name) ? OFTEN.indexOf(name) : 99);
  const sorted = [...formats].sort((one, other) => rank(one) - rank(other));
  const choice = ({ name, suffix, drops, available }) => [NAMES[name] || name, () => download({ to: name }), { aside: suffix, off: available === false, title: available === false ? "Not installed on this server" : drops ? `Without ${drops}` : "" }];
  const often = sorted.filter(format => rank(format) < 99), others = sorted.filter(format => rank(format) === 99);
  const report = ["Report to look through", () => download({ report: 1 }), { aside: ".html" }];
  return [...often.map(choice), "More", report, ...others.map(choice)];
}
async function download(query) {
  toast("The file is being made…");
  try {
    const answer = await resultOf(query);
    const said = answer.headers.get("content-disposition") || "";
    const coded = /filename\*=UTF-8''([^;]+)/i.exec(said), plain = /filename="?([^";]+)"?/i.exec(said);
    const name = coded ? decodeURIComponent(coded[1]) : plain ? plain[1] : shown.job?.name || "reading";
    const address = URL.createObjectURL(await answer.blob());
    const link = make("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    toast(`${name} is downloaded`);
  } catch (error) {
    toast(error.status === 409 ? "Nothing has been read yet." : error.message, true);
  }
}

// ---- dialogs and menus ----------------------------------------------------------------------------------------------------------------

/** Open a dialog and wait until it is closed; what its button stands for. */
function opened(dialog) {
  return new Promise(done => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => done(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
$("key-dialog").addEventListener("cancel", event => event.preventDefault());  // without a key there is nothing to be seen
for (const name of ["sure-dialog", "help-dialog"]) $(name).addEventListener("click", event => { if (event.target === event.currentTarget) event.currentTarget.close(""); });
$("help").addEventListener("click", () => opened($("help-dialog")));
if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const one of document.querySelectorAll("kbd")) if (one.textContent === "Ctrl V") one.textContent = "⌘ V";
}

let menu = null;  // the open one: {button, panel}
function closeMenu(back = false) {
  if (!menu) return;
  const { button, panel } = menu;
  menu = null;
  panel.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (back) button.focus();
}
/** A button that opens its panel; `choices` gives [label, action, {aside, off, title}] and headings, if they are not in the page already. */
function opens(button, choices) {
  const panel = $(button.getAttribute("aria-controls"));
  button.addEventListener("click", async () => {
    if (menu?.button === button) { closeMenu(true); return; }
    closeMenu();
    menu = { button, panel };
    button.setAttribute("aria-expanded", "true");
    panel.hidden = false;
    if (choices) {
      try {
        panel.replaceChildren(...(await choices()).map(choice => (typeof choice === "string" ? make("p", { role: "presentation" }, choice) : item(...choice))));
      } catch (error) {
        closeMenu(true);
        toast(error.message, true);
        return;
      }
    }
    place(panel);
    const first = panel.querySelector(choices ? "[role=menuitem]:enabled" : "input");
    if (choices && first) first.tabIndex = 0;
    first?.focus();
  });
  panel.addEventListener("keydown", event => {
    if (event.key === "Escape") { event.stopPropagation(); closeMenu(true); }
    if (event.key === "Tab" && choices) closeMenu();
    const items = [...panel.querySelectorAll("[role=menuitem]")], here = items.indexOf(document.activeElement);
    const goes = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (items.length && goes !== undefined) { event.preventDefault(); items[(goes + items.length) % items.length].focus(); }
  });
}
function place(panel) {
  panel.style.translate = "";
  const { left, right } = panel.getBoundingClientRect();
  const shift = left < 8 ? 8 - left : right > innerWidth - 8 ? innerWidth - 8 - right : 0;
  if (shift) panel.style.translate = `${shift}px`;
}
const item = (label, action, { aside = "", off = false, title = "" } = {}) => make("button", { type: "button", role: "menuitem", tabindex: -1, disabled: off, title: title || null,
  onclick: () => { closeMenu(true); action(); } }, make("span", {}, label), make("small", {}, aside));
opens($("copy"), copyChoices);
opens($("down"), downChoices);
opens($("marks"), null);
addEventListener("pointerdown", event => { if (menu && !menu.panel.contains(event.target) && !menu.button.contains(event.target)) closeMenu(); });
addEventListener("focusin", event => { if (menu && !menu.panel.hidden && !menu.panel.contains(event.target) && !menu.button.contains(event.target)) closeMenu(); });

// ---- keys -------------------------------------------------------------------------------------------------------------------------------

addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (picking) { endPart(); at.part.focus(); } else hush();
    return;
  }
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !/^(checkbox|radio|range)$/.test(event.target.type)) return;
  const name = event.key.toLowerCase();
  const actions = { o: choose, "?": () => opened($("help-dialog")) };
  if (shown) {
    Object.assign(actions, { n: () => nextDoubt(1), p: () => nextDoubt(-1), ",": () => step(-1), ".": () => step(1), "+": () => zoom(1), "-": () => zoom(-1), 0: () => zoom(0),
      r: () => (picking ? endPart() : beginPart(true)), e: () => { const block = event.target.closest?.(".block[data-block]") || lit?.block; if (block) edit(block, event.target.word); } });
  }
  if (actions[name]) { event.preventDefault(); actions[name](); }
});

// ---- ways: the address says what is looked at -------------------------------------------------------------------------------------------

function route() {
  const found = /^#\/([\w.~-]+)(?:\/(\d+))?$/.exec(location.hash);
  closeMenu();
  if (!found) { if (shown || document.body.dataset.began !== "yes" || location.hash === "" || location.hash === "#/") home(); }
  else if (shown?.id !== found[1]) {
    clearRail();
    show(found[1], found[2] ? Number(found[2]) - 1 : null);
    findParts(shown);
  } else if (found[2]) turn(Number(found[2]) - 1);
  document.body.dataset.began = "yes";
}
document.querySelector(".skip").addEventListener("click", event => { event.preventDefault(); at.stage.focus(); });
addEventListener("hashchange", route);
tellChosen();
route();
})();
