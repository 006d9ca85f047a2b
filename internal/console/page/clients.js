// Clients and API keys.

// secretOf draws a secret that is hidden until Show is pressed.
function secretOf(name, asked) {
  const secret = async () => (await ask("secret", asked)).secret;
  const shown = el("code", { class: "secret" }, "••••••••••••••••");
  const toggle = el("button", { type: "button", class: "plain small show-secret", onclick: () => guarded(toggle, async () => {
    const show = label.textContent === "Show";
    shown.textContent = show ? await secret() : "••••••••••••••••";
    label.textContent = show ? "Hide" : "Show";
  }) });
  const label = el("span", {}, "Show");
  toggle.append(label, hidden(` ${name}`));
  return [shown, toggle, copyButton(name, secret)];
}

function showClients(system) {
  const row = (name, ...value) => [el("dt", {}, name), el("dd", {}, ...value)];
  const card = (name, key, ...rows) => el("article", { class: "card client-card" },
    el("h3", {}, name, " ", el("span", { class: "quiet small mono" }, key)), el("dl", {}, ...rows));
  const chips = (texts) => texts.map((text) => [el("span", { class: "chip mono" }, text), " "]);
  byId("client-list").replaceChildren(...system.clients.map((client) => card(client.name, client.key,
    row("Client id", code(client.clientId), copyButton(`the id of ${client.name}`, () => client.clientId)),
    row("Secret", client.hasSecret ? secretOf(`the secret of ${client.name}`, { client: client.key }) : "none: it cannot get a token"),
    row("Scopes", chips(client.scopes)),
    row("Token URL", client.tokenUrl ? [code(client.tokenUrl), copyButton(`the token URL of ${client.name}`, () => client.tokenUrl)] :
      "none: the user pool has no domain"),
    client.tokenOperation !== "" && row("Operation", code(client.tokenOperation), " of Cognito’s API. Use the URL as the endpoint of an AWS SDK or the AWS CLI"))));
  if (system.clients.length === 0) byId("client-list").append(el("p", { class: "note" }, "The template has no client."));
  byId("client-list").append(...system.apiKeys.map((key) => card(key.name, key.key,
    row("API key", secretOf(`the API key ${key.name}`, { apiKey: key.key })),
    row("Stages", key.stages.length ? chips(key.stages) : "none: no usage plan has the key"),
    !key.enabled && row("State", "disabled"))));
}
