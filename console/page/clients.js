// The clients, and their secrets when asked for.

function showClients(system) {
  byId("client-list").replaceChildren(...system.clients.map((client) => {
    const secret = async () => (await ask("secret", { client: client.key })).secret;
    const shown = el("code", { class: "secret" }, "••••••••••••••••");
    const toggle = el("button", { type: "button", class: "plain small show-secret", onclick: () => guarded(toggle, async () => {
      const show = label.textContent === "Show";
      shown.textContent = show ? await secret() : "••••••••••••••••";
      label.textContent = show ? "Hide" : "Show";
    }) });
    const label = el("span", {}, "Show");
    toggle.append(label, hidden(` the secret of ${client.name}`));
    const row = (name, ...value) => [el("dt", {}, name), el("dd", {}, ...value)];
    return el("article", { class: "card client-card" },
      el("h3", {}, client.name, " ", el("span", { class: "quiet small mono" }, client.key)),
      el("dl", {},
        row("Client id", code(client.clientId), copyButton(`the id of ${client.name}`, () => client.clientId)),
        row("Secret", client.hasSecret ? [shown, toggle, copyButton(`the secret of ${client.name}`, secret)] : "none: it cannot get a token"),
        row("Scopes", client.scopes.map((scope) => [el("span", { class: "chip mono" }, scope), " "])),
        row("Token URL", client.tokenUrl ? [code(client.tokenUrl), copyButton(`the token URL of ${client.name}`, () => client.tokenUrl)] :
          "none: the user pool has no domain"),
        client.tokenOperation !== "" && row("Operation", code(client.tokenOperation), " of Cognito’s API: an AWS SDK or the AWS CLI takes the URL as its endpoint")));
  }));
  if (system.clients.length === 0) byId("client-list").append(el("p", { class: "note" }, "The template has no client."));
}

