# tail -f follows a file that grows in place, and tail -F one that is replaced.
set -eu
echo first >log
: >seen
tail -n +1 -s 0.1 -F log >seen 2>/dev/null &
follower=$!
until [ "$(wc -l <seen)" = 1 ]; do sleep 0.1; done
bash -c 'for i in 1 2 3; do echo "line $i" >>log; done'
until [ "$(wc -l <seen)" = 4 ]; do sleep 0.1; done
echo 'rotated' >log.new
mv log.new log
until [ "$(wc -l <seen)" = 5 ]; do sleep 0.1; done
kill "$follower"
wait "$follower" 2>/dev/null || true
cat seen
