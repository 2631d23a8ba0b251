/*
 * The words of PostgreSQL's own error messages, as far as a restore meets them. A message may hold anything that a
 * function of the database put there, a row's values included, so only these words and names of the archive's objects
 * are ever shown. A word that is missing here costs legibility; one too many costs nothing as long as it is an
 * ordinary word of the server's and no value.
 */
const text = `
  a aborted access add after aggregate all already alter ambiguous an and another any archive are argument arguments array
  as assign at attribute authorization bad be because been before between bigint bit body boolean but by bytea bytes
  multiple near new call called cannot cascade cast catalog char character check class clause client code collation column columns
  command commands comment commit compressed compression concurrently configuration conflicting connect connection constraint
  constraints contains context control conversion copy corrupt could create created current cycle data database databases date
  deadlock default deferrable define defined definition delete depend depends detected dictionary did different disabled
  division does domain double drop duplicate element empty enabled encoding end entries entry enum error event exceeded
  exceeds exclusion execute exist existing exists expected expression extension extra failed failing false family
  feature field file fit fk for foreign format found from full function functions generated grant greater group had handler
  has hash have header hint host id identifier identity if immutable implementation in index indexes infinite inherit inherits
  initial input insert insertion instead insufficient integer interval into invalid invalidated is it its json jsonb key
  keys kind label language large left length less library limit line list load locale locked locks logical long lookup loop made
  mapping marked match materialized maximum member memory method minimum missing mode modified module more multiple must name names
  no non nonexistent not null number numeric object objects of off oid old on one only open operator operators option
  options or order other out outside overflow owned owner parameter parameters parent parse part partition partitioned partitions password permission permitted persistence
  point policies policy populated preload prepared primary privilege privileges procedural procedure process property provider publication range read ready real record
  recovery recursion reference referenced references referencing refresh refused regclass regrole relation relations remaining replace replica required requires reserved restore restrict
  return returned returns right role roles row rows rule rules running same scalar schema schemas security select
  sequence server set setting settings shared size skipped smallint some space specified sql stack state statement
  statistics storage string subscription superuser support supported syntax system table tables tablespace
  template temporary test text than that the there time timeout timestamp timestamptz to token too transaction
  transform trigger triggers true truncate trusted type types unexpected unicode unique unknown unlogged unrecognized
  unsupported unterminated update used user using uuid valid value values variable varying version view views violates
  violating was when where which while with without would wrong xml zone zero
  provided refers near range requested still uses user-defined mapping aggregate binary dump dumped ends cut link regular
  denied change external program allowed superusers ended exit gave readable reason pg_restore
`;

/** See above; lower case. */
export const messageWords: ReadonlySet<string> = new Set(text.trim().split(/\s+/));
