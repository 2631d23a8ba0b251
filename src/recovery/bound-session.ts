import type { Session } from "../postgres/types.ts";

/**
 * Lets the server take the open transaction back soon where this process dies, its machine vanishes, or nobody goes on
 * with it: until then it would keep its locks. Within a transaction, and for that one.
 */
export async function endWithUs(session: Session): Promise<void> {
  await session.query(
    `SET LOCAL idle_in_transaction_session_timeout = '15min';
     SELECT pg_catalog.set_config(name, value, true) FROM pg_catalog.pg_settings
       JOIN (VALUES ('client_connection_check_interval', '5s'), ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),
                    ('tcp_keepalives_count', '3')) AS wanted(name, value) USING (name)`,
  );
}

/** Ends the session's work at once where somebody stops the run: the server then takes everything back. */
export function endOnAbort(session: Session, signal: AbortSignal): Disposable {
  const end = () => void session[Symbol.asyncDispose]();
  signal.addEventListener("abort", end, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", end) };
}
