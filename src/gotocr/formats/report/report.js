"use strict";
// Ties words to their places on the pictures, marks the doubtful ones and orders the pages; the report is whole without it.
(() => {
  const main = document.getElementById("pages");
  const tools = document.getElementById("tools");
  const tip = document.getElementById("tip");
  const overview = document.getElementById("overview");
  const threshold = document.getElementById("threshold");
  const count = document.getElementById("count");
  const sections = [...main.querySelectorAll("section.page")];
  const NS = "http://www.w3.org/2000/svg";
  document.getElementById("top").after(overview);
  tools.hidden = false;

  const boxOf = element => (element.dataset.box || "").split(" ").map(Number);
  const sureOf = element => ("sure" in element.dataset ? Number(element.dataset.sure) : null);
  const othersOf = element => JSON.parse(element.dataset.others || "[]");
  const rect = ([left, top, right, bottom], pad = 0) => {
    const made = document.createElementNS(NS, "rect");
    const sides = { x: left - pad, y: top - pad, width: right - left + 2 * pad, height: bottom - top + 2 * pad };
    for (const [name, value] of Object.entries(sides)) made.setAttribute(name, value);
    return made;
  };

  // A word is all parts of it: one that lies across tags has several. Words are gathered once, when first needed.
  const gathered = new Map();
  function wordsOf(section) {
    if (gathered.has(section)) return gathered.get(section);
    const words = [];
    for (const block of section.querySelectorAll(".block")) {
      const known = new Map();
      for (const part of block.querySelectorAll("[data-word]")) {
        let word = known.get(part.dataset.word);
        if (!word) {
          word = { parts: [], box: part.dataset.box ? boxOf(part) : null, sure: sureOf(part), block, section,
            others: othersOf(part), odd: part.dataset.odd || "" };
          known.set(part.dataset.word, word);
          words.push(word);
        }
        word.parts.push(part);
        part.word = word;
      }
    }
    gathered.set(section, words);
    return words;
  }
  const wordOf = part => { wordsOf(part.closest("section.page")); return part.word; };
  const text = word => word.parts.map(part => part.textContent).join("");

  // What is shown: at most one word or block at a time.
  let shown = null;
  let stop = null;  // the word that the Tab key comes to
  function clear() {
    if (!shown) return;
    for (const part of shown.parts || []) part.classList.remove("on");
    for (const element of shown.section.querySelectorAll(".block.on, rect.on")) element.classList.remove("on");
    shown.section.querySelector(".here")?.replaceChildren();
    shown = null;
    tip.hidden = true;
  }
  function show(thing, follow) {
    if (shown !== thing) {
      clear();
      shown = thing;
      for (const part of thing.parts || []) part.classList.add("on");
      thing.block.classList.add("on");
      thing.section.querySelector(`.blocks [data-block="${thing.block.dataset.block}"]`)?.classList.add("on");
      const here = thing.section.querySelector(".here");
      if (here && thing.parts && thing.box) here.append(rect(thing.box, 2));
    }
    if (follow) look(thing);
  }
  // Scroll the picture so that the place can be seen, and nothing else.
  function look(thing) {
    const view = thing.section.querySelector(".view");
    const drawn = thing.section.querySelector(".boxes");
    if (!thing.box || !drawn || view.scrollHeight <= view.clientHeight) return;
    const scale = drawn.clientHeight / drawn.viewBox.baseVal.height;
    const [top, bottom] = [thing.box[1] * scale, thing.box[3] * scale];
    if (top < view.scrollTop || bottom > view.scrollTop + view.clientHeight) {
      view.scrollTo({ top: (top + bottom - view.clientHeight) / 2, behavior: calm.matches ? "auto" : "smooth" });
    }
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  function line(name, ...parts) {
    const made = document.createElement("div");
    made.className = name;
    made.append(...parts);
    return made;
  }
  function say(thing, x, y) {
    const said = thing.parts && !thing.parts[0].classList.contains("whole") ? text(thing) : thing.block.className.replace(/.*kind-(\w+).*/, "$1");
    const name = document.createElement("b");
    name.textContent = said.length > 60 ? `${said.slice(0, 60)}…` : said;
    const sure = thing.parts ? `${thing.sure} % sure` : `${thing.sure} % likely right`;
    tip.replaceChildren(name, thing.sure === null ? "" : sure);
    if (thing.odd) tip.append(line("odd", thing.odd));
    for (const [other, chance] of thing.others || []) {
      const spelled = document.createElement("b");
      spelled.textContent = other;
      tip.append(line("other", "or ", spelled, `${chance} %`));
    }
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - width - 4))}px`;
    tip.style.top = `${y + 18 + height > innerHeight ? y - height - 8 : y + 18}px`;
  }
  function sayAt(word) {
    const place = word.parts[0].getBoundingClientRect();
    say(word, place.left - 12, place.bottom - 12);
  }

  // From the reading to the picture.
  main.addEventListener("pointerover", event => {
    const part = event.target.closest?.("[data-word]");
    const block = event.target.closest?.(".reading .block");
    if (part) {
      const word = wordOf(part);
      show(word, event.pointerType === "mouse");
      sayAt(word);
    } else if (block && shown?.block !== block) {
      show(blockThing(block), true);
      tip.hidden = true;
    } else if (block && shown?.parts) {
      show(blockThing(block), false);
      tip.hidden = true;
    }
  });
  main.addEventListener("pointerleave", clear);
  const blockThing = block => (block.thing ??=
    { block, box: block.dataset.box ? boxOf(block) : null, sure: sureOf(block), section: block.closest("section.page") });

  // From the picture to the reading: the smallest word at that point, else the block.
  function under(paper, event) {
    const drawn = paper.querySelector(".boxes");
    const size = drawn.viewBox.baseVal, place = drawn.getBoundingClientRect();
    const x = (event.clientX - place.left) / place.width * size.width, y = (event.clientY - place.top) / place.height * size.height;
    const section = paper.closest("section.page");
    const holds = ([left, top, right, bottom]) => left <= x && x < right && top <= y && y < bottom;
    const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
    const least = things => things.reduce((best, thing) =>
      (thing.box && holds(thing.box) && (!best || area(thing.box) < area(best.box)) ? thing : best), null);
    return least(wordsOf(section)) || least([...section.querySelectorAll(".reading .block")].map(blockThing));
  }
  let waiting = 0;
  main.addEventListener("pointermove", event => {
    const paper = event.target.closest?.(".paper");
    if (!paper || waiting) return;
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      const thing = under(paper, event);
      if (!thing) return clear();
      show(thing, false);
      say(thing, event.clientX, event.clientY);
    });
  });
  main.addEventListener("click", event => {
    const paper = event.target.closest?.(".paper");
    const part = event.target.closest?.("[data-word]");
    if (paper) {
      const thing = under(paper, event);
      if (!thing) return;
      const target = thing.parts ? thing.parts[0] : thing.block;
      target.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
      if (thing.parts) stand(thing, false);
      show(thing, false);
    } else if (part) {
      stand(wordOf(part), true);
    }
  });

  // By the keyboard: Tab comes to one word of a reading, the arrows go on from there, N and P go to marked ones.
  function stand(word, follow) {
    if (stop && stop !== word) for (const part of stop.parts) part.removeAttribute("tabindex");
    stop = word;
    word.parts[0].tabIndex = 0;
    word.parts[0].focus({ preventScroll: true });
    show(word, follow);
  }
  function go(word) {
    word.parts[0].scrollIntoView({ block: "nearest" });
    stand(word, true);
    sayAt(word);
  }
  main.addEventListener("focusin", event => {
    const part = event.target.closest?.("[data-word]");
    if (part) { stop = wordOf(part); show(stop, true); }
  });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "n" || event.key === "p") { step(event.key === "n" ? 1 : -1); return; }
    if (event.key === "Escape") { clear(); return; }
    const part = event.target.closest?.("[data-word]");
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!part || !move) return;
    const words = wordsOf(part.closest("section.page"));
    const other = words[words.indexOf(wordOf(part)) + move];
    if (other) { event.preventDefault(); go(other); }
  });
  for (const section of sections) {
    const first = section.querySelector("[data-word]");
    if (first) first.tabIndex = 0;
  }

  // Marks.
  let low = [];
  function mark() {
    const least = Number(threshold.value);
    document.getElementById("share").textContent = threshold.value;
    low = [];
    for (const section of ordered()) {
      const before = low.length;
      for (const word of wordsOf(section)) {
        const is = Boolean(word.odd) || (word.sure !== null && word.sure < least);
        if (is !== word.low) for (const part of word.parts) part.classList.toggle("low", is);
        word.low = is;
        if (is) low.push(word);
      }
      const own = low.slice(before);
      section.querySelector(".doubts")?.replaceChildren(...own.filter(word => word.box).map(word => rect(word.box, 1)));
      section.querySelector("h2 .about").textContent =
        own.length ? `${own.length} ${own.length === 1 ? "place" : "places"} marked` : "";
    }
    tell();
  }
  function tell() {
    const at = low.indexOf(stop);
    count.textContent = at >= 0 ? `${at + 1} of ${low.length}` : `${low.length} marked`;
  }
  function step(by) {
    if (!low.length) return;
    let at = low.indexOf(stop);
    if (at < 0 && stop) {
      const behind = low.findIndex(word => stop.parts[0].compareDocumentPosition(word.parts[0]) & Node.DOCUMENT_POSITION_FOLLOWING);
      at = behind < 0 ? low.length - 1 : behind - 1 + (by < 0);
    }
    go(low[(at + by + low.length) % low.length]);
    tell();
  }
  document.getElementById("next").addEventListener("click", () => step(1));
  document.getElementById("back").addEventListener("click", () => step(-1));
  threshold.addEventListener("input", mark);

  // Order and outlines.
  const ordered = () => [...main.querySelectorAll("section.page")];
  document.getElementById("order").addEventListener("change", event => {
    const doubt = section => Number(section.dataset.doubt);
    main.append(...(event.target.value === "doubt" ? [...sections].sort((one, other) => doubt(other) - doubt(one)) : sections));
    mark();
    scrollTo({ top: 0 });
  });
  document.getElementById("outlines").addEventListener("change", event => document.body.classList.toggle("plain", !event.target.checked));
  tools.addEventListener("submit", event => event.preventDefault());

  const links = new Map([...overview.querySelectorAll(".pages a")].map(link => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) links.get(target.id)?.setAttribute("aria-current", "true");
      else links.get(target.id)?.removeAttribute("aria-current");
    }
  }, { rootMargin: "-45% 0px -50% 0px" });
  for (const section of sections) seen.observe(section);
  mark();
})();
