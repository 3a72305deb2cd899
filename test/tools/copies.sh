# tar, cp -a and rsync keep what they promise to keep: content, modes, times, links, holes.
set -eu
show() (cd "$1" && find . -printf '%p %y %m %T@ %n %l ' \( -type f -printf '%s\n' -o -printf '\n' \) | sort)
mkdir -p tree/deep/er
for i in $(seq 40); do echo "content of $i" >"tree/deep/file-$i"; done
printf '#!/bin/sh\n' >tree/deep/er/script
chmod 750 tree/deep/er/script
ln -s deep/file-1 tree/link
ln -s nowhere tree/broken
ln tree/deep/file-2 tree/deep/er/hard
mkfifo tree/fifo
truncate -s 3M tree/holes
printf end >>tree/holes
mkdir -m 700 tree/closed
find tree -exec touch -h -d '2020-02-02 02:02:02.123456789 UTC' {} +

tar -cf tree.tar --sort=name --owner=0 --group=0 --sparse --hard-dereference tree
tar --format=posix -cf - tree | (mkdir untarred && tar -xf - -C untarred)
show tree >expected
show untarred/tree | diff expected - && echo 'tar: the same'
tar -df tree.tar && echo 'tar -d: no difference'
cp -a tree copied
show copied | diff expected - && echo 'cp -a: the same'
du -k copied/holes | awk '{ print ($1 < 1000) ? "holes kept" : "holes filled" }'
if command -v rsync >/dev/null; then
  rsync -aHS tree/ synced/
  show synced | diff expected - && echo 'rsync: the same'
  echo changed >tree/deep/file-3
  rm tree/deep/file-4
  rsync -aHS --delete --itemize-changes tree/ synced/ | grep -v '^\.d' | sort
fi
sort --parallel=1 -S 1M -T . tree/deep/file-* | tail -n 1
rm tree.tar
