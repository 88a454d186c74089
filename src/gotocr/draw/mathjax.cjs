// Sets formulas with MathJax and writes the outlines of their glyphs.
// stdin: {"version": 3 | 4, "formulas": [{"latex", "display"}]}; argv[2]: the node_modules folder.
// stdout: {"paths": [...], "formulas": [null | [[code, path, a, b, c, d, e, f, clip] | ["bar", x, y, width, height]]]}, 1000 units an em, y downward.
const path = require("path");
const modules = path.resolve(process.argv[2]);
const job = JSON.parse(require("fs").readFileSync(0, "utf8"));
const MACROS = {argmax: "\\operatorname*{arg\\,max}", argmin: "\\operatorname*{arg\\,min}", bmod: "\\mathbin{\\mathrm{mod}}"};
const paths = new Map();
class Unusual extends Error {}

function times(m, n) {
  return [m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1], m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3], m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5]];
}

function matrix(text) {
  let m = [1, 0, 0, 1, 0, 0];
  for (const [, name, inner] of (text || "").matchAll(/(\w+)\(([^)]*)\)/g)) {
    const n = inner.trim().split(/[\s,]+/).map(Number);
    if (name === "translate") m = times(m, [1, 0, 0, 1, n[0], n[1] || 0]);
    else if (name === "scale") m = times(m, [n[0], 0, 0, n.length > 1 ? n[1] : n[0], 0, 0]);
    else if (name === "matrix") m = times(m, n);
    else throw new Unusual(name);
  }
  return m;
}

function box(m, x, y, width, height) {
  const xs = [m[0]*x + m[4], m[0]*(x + width) + m[4]], ys = [m[3]*y + m[5], m[3]*(y + height) + m[5]];
  return [Math.min(...xs), Math.min(...ys), Math.abs(xs[1] - xs[0]), Math.abs(ys[1] - ys[0])];
}

function walk(a, node, m, clip, out) {
  const kind = a.kind(node), get = (name) => a.getAttribute(node, name), num = (name) => parseFloat(get(name) || "0");
  if (get("data-mml-node") === "merror") throw new Unusual("merror");
  m = times(m, matrix(get("transform")));
  if (kind === "path") {
    if (!get("data-c")) throw new Unusual("path");
    const d = get("d") || "";
    if (d && !paths.has(d)) paths.set(d, paths.size);
    if (d) out.push([parseInt(get("data-c"), 16), paths.get(d), ...m, clip]);
  } else if (kind === "rect") {
    const b = [num("x"), num("y"), num("width"), num("height")], t = num("stroke-width") || parseFloat(a.getStyle(node, "stroke-width")) || 67;
    if (get("fill") !== "none") out.push(["bar", ...box(m, ...b)]);
    else for (const s of [[b[0], b[1], b[2], t], [b[0], b[1] + b[3] - t, b[2], t], [b[0], b[1], t, b[3]], [b[0] + b[2] - t, b[1], t, b[3]]]) out.push(["bar", ...box(m, ...s)]);
  } else if (kind === "line") {
    const t = num("stroke-width") || parseFloat(a.getStyle(node, "stroke-width")) || 67, [x1, y1, x2, y2] = [num("x1"), num("y1"), num("x2"), num("y2")];
    if (x1 !== x2 && y1 !== y2) throw new Unusual("line");
    out.push(["bar", ...box(m, Math.min(x1, x2) - (x1 === x2 ? t / 2 : 0), Math.min(y1, y2) - (y1 === y2 ? t / 2 : 0), Math.abs(x2 - x1) || t, Math.abs(y2 - y1) || t)]);
  } else if (kind === "text" && get("data-id-align") === null && a.textContent(node).trim()) {
    throw new Unusual("text");
  } else if (kind === "polygon" || kind === "ellipse" || kind === "polyline") {
    throw new Unusual(kind);
  }
  if (kind === "svg" && get("viewBox") && get("data-mml-node") === null && clip !== undefined) {
    const v = get("viewBox").split(/\s+/).map(Number), x = num("x"), y = num("y"), s = num("width") ? num("width") / v[2] : 1, r = num("height") ? num("height") / v[3] : 1;
    clip = box(m, x, y, num("width") || v[2], num("height") || v[3]);
    m = times(m, [s, 0, 0, r, x - v[0]*s, y - v[1]*r]);
  }
  if (kind !== "#text" && kind !== "defs") for (const child of a.childNodes(node) || []) walk(a, child, m, clip, out);
}

function glyphs(a, container) {
  const svg = a.tags(container, "svg")[0], out = [];
  try {
    for (const child of a.childNodes(svg)) walk(a, child, [1, 0, 0, 1, 0, 0], null, out);
  } catch (error) {
    if (error instanceof Unusual) return null;
    throw error;
  }
  return out;
}

function third() {
  const from = (name) => require(path.join(modules, "mathjax-full/js", name));
  const a = from("adaptors/liteAdaptor.js").liteAdaptor();
  from("handlers/html.js").RegisterHTMLHandler(a);
  const packages = from("input/tex/AllPackages.js").AllPackages.filter((name) => name !== "bussproofs");
  const tex = new (from("input/tex.js").TeX)({packages, macros: MACROS});
  const page = from("mathjax.js").mathjax.document("", {InputJax: tex, OutputJax: new (from("output/svg.js").SVG)({fontCache: "none"})});
  return async (formula) => glyphs(a, page.convert(formula.latex, {display: formula.display, em: 16, ex: 8, containerWidth: 1e6}));
}

async function fourth() {
  const MathJax = require(path.join(modules, "mathjax/node-main.cjs"));
  await MathJax.init({loader: {load: ["input/tex", "output/svg", "adaptors/liteDOM"]}, tex: {macros: MACROS}, svg: {fontCache: "none", linebreaks: {inline: false}}, options: {enableMenu: false}});
  const a = MathJax.startup.adaptor;
  return async (formula) => glyphs(a, await MathJax.tex2svgPromise(formula.latex, {display: formula.display, em: 16, ex: 8, containerWidth: 1e6}));
}

(async () => {
  const set = job.version === 4 ? await fourth() : third();
  const made = [];
  for (const formula of job.formulas) made.push(await set(formula).catch(() => null));
  process.stdout.write(JSON.stringify({paths: [...paths.keys()], formulas: made}));
})();
