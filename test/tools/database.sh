# sqlite3 with a rollback journal: two writers at once, a reader, a rollback; then the integrity check.
set -eu
sqlite3 data.db 'pragma journal_mode = delete; create table t(writer, n); create index i on t(writer, n);'
write() {
  for n in $(seq 8); do
    sqlite3 -cmd '.timeout 50000' data.db "begin immediate; insert into t values('$1', $n); insert into t values('$1', -$n); commit;"
  done
}
write a &
first=$!
write b &
second=$!
wait "$first"
wait "$second"
sqlite3 data.db "begin; delete from t; rollback; select writer, count(*), sum(n) from t group by writer; pragma integrity_check;"
sqlite3 data.db 'vacuum; pragma integrity_check; select count(*) from t'
ls
