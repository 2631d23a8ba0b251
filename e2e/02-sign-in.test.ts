import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { service, signIn, visitor } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { denied, granted, refused } from "./support/outcomes.ts";

const { parent } = expected.users;

describe("Sign-in", () => {
  test("a parent signs in with mail address and password", async () => {
    const { data, error } = await visitor().auth.signInWithPassword(parent);
    expect(error?.code ?? null).toBeNull();
    expect(data.user?.id).toBe(parent.id);
    expect(data.session?.access_token.split(".")).toHaveLength(3);
  });

  test("capitals in the mail address do not matter", async () => {
    const { data } = await visitor().auth.signInWithPassword({ ...parent, email: parent.email.toUpperCase() });
    expect(data.user?.id).toBe(parent.id);
  });

  test("a wrong password is refused", async () => {
    const { data, error } = await visitor().auth.signInWithPassword({ ...parent, password: `${parent.password}!` });
    expect(error?.code).toBe("invalid_credentials");
    expect(data.session).toBeNull();
  });

  test("an address that nobody has is refused in the same words", async () => {
    const { error } = await visitor().auth.signInWithPassword({ ...parent, email: `${randomUUID()}@example.org` });
    expect(error?.code).toBe("invalid_credentials");
  });

  test("a session says whose it is", async () => {
    const { data } = await (await signIn(parent)).auth.getUser();
    expect([data.user?.id, data.user?.email]).toEqual([parent.id, parent.email]);
  });

  test("a session is renewed, and works on", async () => {
    const client = await signIn(parent);
    const before = (await client.auth.getSession()).data.session?.refresh_token;
    const { data, error } = await client.auth.refreshSession();
    expect(error?.code ?? null).toBeNull();
    expect(data.session?.refresh_token).not.toBe(before);
    expect(await granted(client.from("children").select("id").limit(1))).toHaveLength(1);
  });

  test("a made-up refresh token is refused", async () => {
    const { data, error } = await visitor().auth.refreshSession({ refresh_token: randomUUID() });
    expect(error).not.toBeNull();
    expect(data.session).toBeNull();
  });

  test("a forged access token is refused", async () => {
    const token = (await (await signIn(parent)).auth.getSession()).data.session?.access_token ?? "";
    const forged = `${token.slice(0, token.lastIndexOf("."))}.${"A".repeat(43)}`;
    const { data, error } = await visitor()
      .from("children")
      .select("id")
      .setHeader("Authorization", `Bearer ${forged}`);
    expect(error).not.toBeNull();
    expect(data).toBeNull();
  });

  test("after signing out the session cannot be renewed", async () => {
    const client = await signIn(parent);
    const token = (await client.auth.getSession()).data.session?.refresh_token ?? "";
    expect((await client.auth.signOut({ scope: "local" })).error).toBeNull();
    expect((await visitor().auth.refreshSession({ refresh_token: token })).error).not.toBeNull();
  });
});

describe("Sign-up", () => {
  const newcomer = {
    email: `rehearsal-${randomUUID()}@example.org`,
    password: `Wander-${randomUUID()}`,
    name: "Ἀλκίνοος Ó Súilleabháin 🌊",
  };
  let id = "";

  afterAll(async () => {
    if (id !== "") await service.from("profiles").delete().eq("id", id);
  });

  test("an account is made", async () => {
    const { email, password, name } = newcomer;
    const { data, error } = await visitor().auth.signUp({ email, password, options: { data: { full_name: name } } });
    expect(error?.code ?? null).toBeNull();
    id = data.user?.id ?? "";
    expect(id).not.toBe("");
  });

  test("the newcomer has a profile with their name", async () => {
    const rows = await granted(service.from("profiles").select("full_name,onboarding_completed").eq("id", id));
    expect(rows).toEqual([{ full_name: newcomer.name, onboarding_completed: false }]);
  });

  test("the newcomer is a parent, and nothing more", async () => {
    expect(await granted(service.from("user_roles").select("role").eq("user_id", id))).toEqual([{ role: "parent" }]);
  });

  test("the newcomer begins with no children", async () => {
    const client = await signIn({ id, ...newcomer });
    expect(await granted(client.from("children").select("id"))).toEqual([]);
  });

  test("the newcomer cannot make themselves an admin", async () => {
    const client = await signIn({ id, ...newcomer });
    await refused(client.from("user_roles").insert({ user_id: id, role: "admin" }), denied);
  });

  test("a second account with the same address is refused", async () => {
    const { email, password } = newcomer;
    const { data, error } = await visitor().auth.signUp({ email, password });
    // A project that confirms addresses does not tell strangers who has an account: it answers with a user without identities.
    expect(error !== null || data.user?.identities?.length === 0).toBe(true);
  });
});
