# vim saves with backup and swap file, in both of its ways; what it leaves, and whether the inode stays where it must.
set -eu
for way in yes no; do
  printf 'one\ntwo\nthree\n' >"$way.txt"
  chmod 640 "$way.txt"
  ln "$way.txt" "$way.link"
  vim -N -u NONE -i NONE -es \
    -c "set backup backupskip= writebackup swapfile fsync backupcopy=$way" -c '%s/two/2/' -c 'normal Gofour' -c w -c '1d' -c wq "$way.txt"
  cat "$way.txt" "$way.txt~" "$way.link"
  stat -c '%n %a %h' "$way.txt" "$way.txt~" "$way.link"
done
vim -N -u NONE -i NONE -es -c 'set noswapfile' -c 'normal inew' -c 'w! made.txt' -c q
cat made.txt
chmod 444 made.txt
vim -N -u NONE -i NONE -es -c 's/new/forced/' -c w! -c q made.txt
cat made.txt
ls -A
