import { describe, expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { judgeSilence, keepSilent, type SilenceFacts } from "./silence.ts";
import { setTrap } from "./trap.ts";

/** A trigger as apps have them: it tells the world of every new row. */
const chatty = `
  CREATE TABLE public.notes (body text);
  CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM net.http_post(url := 'http://example.invalid/hook', body := jsonb_build_object('body', NEW.body));
    RETURN NEW;
  END $$;
  CREATE TRIGGER tell AFTER INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION public.tell();`;

const quiet: SilenceFacts = {
  workers: [],
  libraries: [],
  voices: [],
  subscriptions: 0,
  trapped: 0,
  recorded: 0,
  ownCallRecorded: null,
};

describe("a copy that must not speak", () => {
  test("calls through pg_net are written down, for those who may little, too, and nothing is sent", async () => {
    await using database = await testDatabase();
    await database.session.query(chatty);
    await using silence = await keepSilent(database.target);
    await database.session.query("INSERT INTO public.notes VALUES ('secret'), ('secret')");
    const check = await silence.finish();
    expect(check).toMatchObject({ id: "copy.silence", status: "passed" });
    expect(check.actual).toContain("2 calls written down and not sent");
    const kept = await database.session.query("SELECT to_jsonb(c)::text AS row FROM net.ithaca_recorded_calls AS c");
    expect(JSON.stringify(kept)).not.toMatch(/secret|example/);
  });

  test("a database that knows no pg_net gets none", async () => {
    await using database = await testDatabase();
    await using silence = await keepSilent(database.target);
    expect((await silence.finish()).status).toBe("passed");
    expect(await database.session.query("SELECT to_regnamespace('net') AS net")).toEqual([{ net: null }]);
  });

  test("a function of pg_net that sends is found", async () => {
    await using database = await testDatabase();
    await database.session.query(chatty);
    await using silence = await keepSilent(database.target);
    await database.session.query(
      "CREATE FUNCTION net.http_post(url text, body text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    );
    expect(await silence.finish()).toMatchObject({
      status: "failed",
      findings: [{ object: "net.http_post(text,text)" }],
    });
  });

  test.each<[Partial<SilenceFacts>, string]>([
    [{ workers: ["pg_cron launcher"] }, "pg_cron launcher"],
    [{ libraries: ["pg_net"] }, "pg_net"],
    [{ subscriptions: 1 }, "subscriptions"],
    [{ trapped: 1 }, "trap on loopback"],
    [{ ownCallRecorded: false }, "net.http_post"],
  ])("%j fails the check", (parts, object) => {
    expect(judgeSilence(quiet, 0).status).toBe("passed");
    expect(judgeSilence({ ...quiet, ...parts }, 0)).toMatchObject({ status: "failed", findings: [{ object }] });
  });

  test("the trap counts whoever comes", async () => {
    await using trap = await setTrap();
    expect(trap.connections()).toBe(0);
    await fetch(trap.url);
    expect(trap.connections()).toBe(1);
  });
});
