import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { type Account, api, expected } from "./expectations.ts";

// The schema is the app's, and its generated types are not here: rows are looked at by the assertions.
// biome-ignore lint/suspicious/noExplicitAny: what supabase-js itself has for a schema without types
export type Client = SupabaseClient<any, "public", any>;

function client(key: string): Client {
  return createClient(api.url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

/** A visitor who is not signed in. */
export function visitor(): Client {
  return client(api.anonKey);
}

/** The app's own back end. */
export const service: Client = client(api.serviceRoleKey);

/** Signs in anew: for tests that end or renew a session. */
export async function signIn({ email, password }: Account): Promise<Client> {
  const signedIn = visitor();
  const { error } = await signedIn.auth.signInWithPassword({ email, password });
  if (error !== null) throw error;
  return signedIn;
}

const sessions = new Map<string, Promise<Client>>();

/** One of the suite's accounts, signed in once for all tests. */
export function as(name: keyof typeof expected.users): Promise<Client> {
  const session = sessions.get(name) ?? signIn(expected.users[name]);
  sessions.set(name, session);
  return session;
}
