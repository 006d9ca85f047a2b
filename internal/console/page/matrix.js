// Who can call what: a grid of methods and callers, as the templates say and as
// requests find it.

async function showMatrix(system) {
  drawMatrix(system, await ask("matrix"));
  byId("try-all").addEventListener("click", () => guarded(byId("try-all"), async () => {
    byId("matrix-score").textContent = "Trying…";
    try {
      drawMatrix(system, await ask("matrix", {}));
    } catch (error) {
      byId("matrix-score").textContent = "";
      throw error;
    }
  }));
}

// stateOf returns how a cell is drawn: a mark, its class, and its text.
function stateOf(cell) {
  const words = { open: "open", closed: "closed", undecided: "a function decides", failed: "no answer" };
  if (cell.wrong) {
    const found = cell.hole ? "open to a caller that it should refuse" : `${words[cell.got]}, but ${words[cell.expected]}according to the templates`;
    return ["✗", "mark-wrong", found];
  }
  if (!cell.expected) return ["–", "mark-none", "does not apply"];
  if (cell.expected === "undecided") return ["?", "mark-none", words.undecided];
  if (cell.notCalled) return ["–", "mark-none", `not called: ${cell.notCalled}`];
  const state = cell.got || cell.expected;
  const [mark, kind] = { open: ["●", "mark-open"], closed: ["○", "mark-closed"] }[state] ?? ["?", "mark-none"];
  return [mark, kind, words[state]];
}

function drawMatrix(system, matrix) {
  const cells = matrix.cells.flat();
  const tried = cells.filter((cell) => cell.got);
  const wrong = cells.filter((cell) => cell.wrong).length;
  byId("matrix-score").textContent = (tried.length ? `${tried.length} calls tried` : "") +
    (wrong ? `${tried.length ? ", " : ""}${wrong} wrong` : tried.length ? ", all as the templates say" : "");
  byId("try-all").hidden = matrix.methods.length === 0;

  const rows = [];
  let last = null;
  const grid = matrix.methods.map((method, i) => {
    const api = system.apis.find((one) => one.key === method.api);
    const stage = `${api.name || api.key}, stage ${method.stage}`;
    if (stage !== last) {
      last = stage;
      rows.push(el("tr", { class: "api" }, el("th", { scope: "rowgroup", role: "rowheader", colspan: matrix.callers.length + 1 }, stage)));
    }
    const row = matrix.callers.map((caller, j) => {
      const cell = matrix.cells[i][j];
      const [mark, kind, words] = stateOf(cell);
      return el("td", { role: "gridcell", tabindex: "-1", "aria-selected": "false", class: cell.wrong ? "wrong" : null, onclick: () => choose(i, j) },
        el("span", { class: kind, "aria-hidden": "true" }, mark), hidden(words));
    });
    const name = method.called === method.httpMethod ? method.httpMethod : `${method.httpMethod} as ${method.called}`;
    rows.push(el("tr", {}, el("th", { scope: "row", role: "rowheader", class: "mono" }, `${name} ${method.path}`), row));
    return row;
  });
  const table = el("table", { role: "grid", "aria-labelledby": "who", "aria-readonly": "true" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col", role: "columnheader" }, el("span", {}, "Method")),
      matrix.callers.map((caller) => el("th", { scope: "col", role: "columnheader" }, el("span", {}, caller.name))))),
    el("tbody", {}, rows));
  byId("matrix").replaceChildren(grid.length ? table : el("p", { class: "quiet" }, "There is no method."));

  const problems = [...matrix.callers.filter((caller) => caller.problem).map((caller) => `${caller.name}: ${caller.problem}`), ...matrix.disagreements ?? []];
  byId("matrix-problems").hidden = problems.length === 0;
  byId("matrix-problems").replaceChildren(...problems.map((problem) => el("li", {}, problem)));
  byId("cell").replaceChildren();

  // One cell is in the tab order; arrow keys move to the others.
  let at = [0, 0];
  const focus = (i, j) => {
    grid[at[0]][at[1]].tabIndex = -1;
    at = [i, j];
    grid[i][j].tabIndex = 0;
    grid[i][j].focus();
  };
  const choose = (i, j) => {
    focus(i, j);
    for (const one of table.querySelectorAll('[aria-selected="true"]')) one.setAttribute("aria-selected", "false");
    grid[i][j].setAttribute("aria-selected", "true");
    byId("cell").replaceChildren(...cellOf(matrix.methods[i], matrix.callers[j], matrix.cells[i][j]));
  };
  if (grid.length && grid[0].length) grid[0][0].tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    const [i, j] = at;
    const [bottom, right] = [grid.length - 1, grid[0].length - 1];
    const to = {
      ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
      Home: [event.ctrlKey ? 0 : i, 0], End: [event.ctrlKey ? bottom : i, right],
      PageUp: [i - 10, j], PageDown: [i + 10, j],
    }[event.key];
    if (event.key === "Enter" || event.key === " ") choose(i, j);
    else if (to) focus(Math.min(bottom, Math.max(0, to[0])), Math.min(right, Math.max(0, to[1])));
    else return;
    event.preventDefault();
  });
}

// cellOf draws the details of one call.
function cellOf(method, caller, cell) {
  const [, kind, words] = stateOf(cell);
  const message = (title, text) => text && el("figure", {}, el("figcaption", {}, title), el("pre", { tabindex: "0", "aria-label": title }, text));
  return [
    el("p", {}, el("strong", {}, el("span", { class: "mono" }, `${method.called} ${method.path}`), ` by ${caller.name}: `), el("span", { class: kind }, words)),
    cell.why && el("p", {}, el("strong", {}, "Why: "), cell.why),
    method.findings?.length && el("ul", {}, method.findings.map((finding) => el("li", {}, el("code", {}, finding.rule), ` ${finding.message}`))),
    (cell.request || cell.answer) && el("div", { class: "exchange" }, message("Request", cell.request), message("Answer", cell.answer)),
  ].filter(Boolean);
}

