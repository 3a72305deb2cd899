# ripgrep, find and grep see one tree, also what is ignored and what was just written.
set -eu
mkdir -p src/a src/b out
for i in $(seq 60); do printf 'line\nneedle %d\nUmlaut \xc3\xa4\n' "$i" >"src/a/file-$i.txt"; done
printf 'needle\0binary\n' >src/b/binary
echo 'needle' >out/ignored
echo out/ >.ignore
rg -c needle . | sort | tail -n 3
rg --no-ignore -l needle . | wc -l
rg -n 'needle 4[0-3]$' src | sort
rg -o 'Umlaut .' src/a/file-9.txt
echo 'needle new' >src/b/new
rg -l 'needle new' .
rm src/b/new
rg -l 'needle new' . || echo 'none'
grep -r --include='*.txt' -l 'needle 7$' . | sort
find . -name 'file-1*' -newer .ignore -o -name binary | sort | wc -l
