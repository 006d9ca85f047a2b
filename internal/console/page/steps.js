// The walk-through, with a button for each step.

function showSteps(system) {
  const outcome = new Map(); // step name -> passed
  const views = system.steps.map((step, index) => stepView(step, index + 1, (passed) => {
    outcome.set(step.name, passed);
    const passes = [...outcome.values()].filter(Boolean).length;
    byId("score").textContent = `${passes} of ${system.steps.length} steps passed` +
      (passes < outcome.size ? `, ${outcome.size - passes} failed` : "");
  }));
  byId("steps").replaceChildren(...views.map((view) => view.item));
  byId("no-steps").hidden = system.noSteps === "";
  byId("no-steps").textContent = system.noSteps && `Nothing to run here: ${system.noSteps}.`;
  byId("left-out").replaceChildren(...system.leftOut.map((step) => el("li", {}, `Left out: ${step.shows}: ${step.because}.`)));
  byId("run-all").hidden = system.steps.length === 0;
  byId("run-all").addEventListener("click", () => guarded(byId("run-all"), async () => {
    for (const view of views) await view.run(false);
  }));
}

// stepView draws a step. Its run runs the step, and opens the messages if open is
// set.
function stepView(step, number, done) {
  const result = el("span", { class: "result", "aria-live": "polite" }, "not run");
  const got = el("dd", { class: "quiet" }, "–");
  const why = el("p", { class: "why", hidden: true }, el("strong", {}, "Why: "), step.why);
  const messages = el("div", { class: "messages" });
  const details = el("details", { hidden: true }, el("summary", {}, "Request and response", hidden(` of step ${number}`)), messages);
  const run = async (open) => {
    result.className = "result running";
    result.textContent = "running";
    try {
      const taken = await ask("step", { step: step.name });
      result.className = taken.step.passed ? "result pass" : "result fail";
      result.textContent = taken.step.passed ? "✓ pass" : "✗ FAIL";
      result.prepend(hidden(`Step ${number}: `));
      got.className = "";
      got.textContent = taken.step.got;
      why.hidden = details.hidden = false;
      messages.replaceChildren(...messagesOf(taken));
      details.open ||= open;
      done(taken.step.passed);
    } catch (error) {
      result.className = "result fail";
      result.textContent = "no result";
      throw error;
    }
  };
  const button = el("button", { type: "button", class: "run", onclick: () => guarded(button, () => run(true)) }, "Run", hidden(` step ${number}`));
  const item = el("li", { class: "step" },
    el("div", { class: "step-top" },
      el("span", { class: "number", "aria-hidden": "true" }, String(number)),
      el("h3", {}, step.shows),
      result, button),
    el("dl", { class: "outcome" },
      el("div", {}, el("dt", {}, "Expected"), el("dd", {}, step.expected)),
      el("div", {}, el("dt", {}, "Got"), got)),
    why,
    el("div", { class: "more" },
      details,
      el("details", {}, el("summary", {}, "curl", hidden(` command of step ${number}`)),
        el("div", { class: "with-copy" }, el("pre", { tabindex: "0", "aria-label": `curl command of step ${number}` }, step.curl),
          copyButton(`the command of step ${number}`, () => step.curl)))));
  return { item, run };
}

// messagesOf draws the messages that a step sent and received.
function messagesOf(taken) {
  const message = (title, text) => el("figure", {}, el("figcaption", {}, title), el("pre", { tabindex: "0", "aria-label": title }, text));
  const pairs = taken.exchanges.map((exchange, index) => {
    const which = taken.exchanges.length > 1 ? ` ${index + 1}` : "";
    return el("div", { class: "exchange" }, message(`Request${which}`, exchange.request), message(`Response${which}`, exchange.response));
  });
  if (taken.more > 0) pairs.push(el("p", { class: "quiet small" }, `And ${taken.more} more.`));
  return pairs;
}

