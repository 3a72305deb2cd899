# Many C files (FILES, 50) with a common header, make with two jobs, then again after a change: what is rebuilt, and what the program says.
set -eu
files=${FILES:-50}
mkdir -p src build
echo '#define BASE 1' >src/common.h
{
  echo '#include <stdio.h>'
  for i in $(seq "$files"); do echo "int part_$i(void);"; done
  echo 'int main(void) { int sum = 0;'
  for i in $(seq "$files"); do echo "sum += part_$i();"; done
  echo 'printf("%d\n", sum); return 0; }'
} >src/main.c
for i in $(seq "$files"); do printf '#include "common.h"\nint part_%d(void) { return BASE * %d; }\n' "$i" "$i" >"src/part-$i.c"; done
cat >Makefile <<'END'
objects := $(patsubst src/%.c,build/%.o,$(sort $(wildcard src/*.c)))
program: $(objects)
	@gcc -o $@ $^
build/%.o: src/%.c src/common.h
	@echo cc $<
	@gcc -c -o $@ $<
END
make -j2 | sort | wc -l
./program
make
touch -d 2020-01-01 Makefile src/* build/* program
touch src/part-7.c
make
sleep 0.1
echo '#define BASE 2' >src/common.h
make -j2 | wc -l
./program
make -q && echo 'up to date'
