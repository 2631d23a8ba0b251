import { defineErrors, entry } from "../base/errors.ts";

export const notifyErrors = defineErrors("notify", {
  smtp_url: entry({
    kind: "input",
    says: (p: { why: string }) => `SMTP_URL cannot be used: ${p.why}`,
    mend: () =>
      "write it as smtps://user:password@mail.example.com or smtp://user:password@mail.example.com:587, with special characters percent-encoded",
    example: { why: "it is no address" },
  }),
  web_address: entry({
    kind: "input",
    says: (p: { variable: string; why: string }) => `${p.variable} cannot be used: ${p.why}`,
    mend: (p) => `set ${p.variable} to the whole address that the service shows, or remove it`,
    example: { variable: "SLACK_WEBHOOK_URL", why: "it does not begin with https://" },
  }),
  no_sender: entry({
    kind: "input",
    says: () => "Mails have no sender: the user of SMTP_URL is no mail address, and the plan names none",
    mend: () => "set alerts.from in the plan",
    example: {},
  }),
});
