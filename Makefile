# make            build/prilavok and the pages (ui/dist)
# make run        build and serve the demo chain on 127.0.0.1:8080
# make test       every test on SQLite: C rules, API stories, browser
# make pg         the same on PostgreSQL (a throw-away cluster)
# make san tsan   C rules and stories under ASan+UBSan, under TSan
# make twice     C rules and stories with each unit undone once and done over
# make histories  10,000 random merge, undo, order and consent histories (./test has 1,000)
# make fuzz T=30  T seconds for each fuzz target (clang)
# make bench      build/bench.json and a table
# make lighthouse build/lighthouse.json and a table; make pace: key press to paint, shop and till
# make pictures   draw the reference pictures anew (look before you commit)
# make check      format, clang-tidy, dependency rules, budgets, types and words of the pages
# make stats      lines, functions, longest files
# make deb doc    the Debian package, the manual
CC      ?= gcc
B       ?= build
OPT     ?= -O2 -g
VERSION := $(shell sed -n '1s/^# *CHANGELOG.*//;s/^## \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -1)
PKGS    := sqlite3 libpq libmicrohttpd libcurl libxml-2.0 libzip libsodium libqrencode xlsxwriter zlib cairo freetype2
STD     := -std=gnu17 -D_GNU_SOURCE -DPRILAVOK_VERSION='"$(VERSION)"' -Isrc -I$(B)/gen -Itests/support
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
           -Wconversion -Wno-sign-conversion -Wpointer-arith -Wundef -Wno-missing-field-initializers
HARD    := -fstack-protector-strong -fstack-clash-protection -fPIE
ifeq ($(origin SAN),undefined)
HARD    += -D_FORTIFY_SOURCE=2
endif
CFLAGS  ?= $(OPT) $(HARD)
LDFLAGS ?= -pie -Wl,-z,relro,-z,now
INC     := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lstemmer -lm -lpthread
COMPILE  = $(CC) $(STD) $(INC) $(WARN) $(CFLAGS) $(SAN) -MMD -MP

SRC     := $(filter-out %_test.c %_fuzz.c src/app/main.c,$(wildcard src/*/*.c))
SCHEMAS := $(patsubst src/%/schema.sql,$(B)/gen/%_schema.c,$(wildcard src/*/schema.sql))
SCHEMAS += $(patsubst src/%/beside.sql,$(B)/gen/%_beside.c,$(wildcard src/*/beside.sql))
OBJ     := $(SRC:%.c=$(B)/obj/%.o) $(SCHEMAS:%.c=%.o)
TESTS   := $(patsubst src/%.c,$(B)/test/%,$(wildcard src/*/*_test.c)) \
           $(patsubst tests/c/%.c,$(B)/test/c/%,$(wildcard tests/c/*_test.c))

all: $(B)/prilavok ui/dist/.built

$(B)/prilavok: $(B)/obj/src/app/main.o $(B)/libprilavok.a
	$(CC) $(LDFLAGS) $(SAN) $^ $(LIBS) -o $@
$(B)/libprilavok.a: $(OBJ)
	@rm -f $@ && ar rcs $@ $^
$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -c $< -o $@
$(B)/gen/%.o: $(B)/gen/%.c
	$(COMPILE) -c $< -o $@
$(B)/gen/%_schema.c: src/%/schema.sql tools/embed
	@mkdir -p $(@D)
	tools/embed $*_schema $< > $@
$(B)/gen/%_beside.c: src/%/beside.sql tools/embed
	@mkdir -p $(@D)
	tools/embed $*_beside $< > $@
$(B)/test/%: src/%.c tests/support/test.c $(B)/libprilavok.a
	@mkdir -p $(@D)
	$(COMPILE) $(LDFLAGS) $< tests/support/test.c $(B)/libprilavok.a $(LIBS) -lcmocka -ljansson -o $@
$(B)/test/c/%: tests/c/%.c tests/support/test.c $(B)/libprilavok.a
	@mkdir -p $(@D)
	$(COMPILE) $(LDFLAGS) $< tests/support/test.c $(B)/libprilavok.a $(LIBS) -lcmocka -ljansson -o $@

$(B)/http-test-server: tests/http/test_server.c $(B)/libprilavok.a
	$(COMPILE) $(LDFLAGS) $< $(B)/libprilavok.a $(LIBS) -o $@

# One room's rules:  make room-stock
room-%: $(B)/prilavok
	@$(MAKE) -s $(filter $(B)/test/$*/%,$(TESTS))
	@for t in $(filter $(B)/test/$*/%,$(TESTS)); do $$t || exit 1; done

unit-build: $(TESTS)
unit-list:
	@echo $(TESTS)
# Ten thousand random lives of merges and their undo against the same without them: HISTORIES=n.
HISTORIES ?= 10000
histories: $(B)/test/customer/customer_history_test
	PRILAVOK_HISTORIES=$(HISTORIES) $<
unit: $(TESTS)
	@for t in $(TESTS); do $$t || exit 1; done

# ---- Pages ---------------------------------------------------------------------
UI_SRC  := $(shell find ui -type f -not -path '*/node_modules/*' -not -path 'ui/dist/*' 2>/dev/null)

ui/node_modules/.installed: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed
ui/dist/.built: ui/node_modules/.installed $(UI_SRC)
	cd ui && npm run --silent build && touch dist/.built
tests/node_modules/.installed: tests/package-lock.json
	cd tests && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed

help:
	@sed -n '/^# make/p' Makefile | cut -c3-

# ---- Everyday words --------------------------------------------------------------
run:
	./run
test:
	tools/run-tests rules fuzz_corpus stories openapi browser crash
pg:
	tools/run-tests rules_pg stories_pg browser_pg
# gcc sees uninitialised variables where a sanitizer has rewritten the code.
SAN_OPT := -O1 -g -Wno-maybe-uninitialized
san:
	$(MAKE) B=build-san OPT="$(SAN_OPT)" SAN="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer" build-san/prilavok unit-build
	B=build-san TEST_LIMIT_S=1800 tools/run-tests rules stories
tsan:
	$(MAKE) B=build-tsan OPT="$(SAN_OPT)" SAN="-fsanitize=thread" build-tsan/prilavok unit-build
	B=build-tsan TEST_LIMIT_S=1800 tools/run-tests rules stories
twice:
	$(MAKE) B=build-twice OPT="$(OPT) -DDB_TWICE=true" build-twice/prilavok unit-build
	B=build-twice TEST_LIMIT_S=1800 tools/run-tests rules stories
stats:
	@tools/check-budgets --stats
	@tools/check-deps

# ---- House rules -------------------------------------------------------------------
C_FILES := $(shell git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'bench/*.[ch]' 2>/dev/null)
check: $(B)/prilavok ui/node_modules/.installed
	@tools/check-deps
	@tools/check-budgets
	@clang-format --dry-run -Werror $(C_FILES) && echo "clang-format: nothing to change"
	@tools/check-tidy
	@tools/check-fresh
	@tools/check-pages
format:
	clang-format -i $(C_FILES)

# ---- Fuzzing -------------------------------------------------------------------------
T       ?= 30
FUZZ    := $(wildcard src/*/*_fuzz.c)
FUZZERS := $(patsubst src/%.c,$(B)/fuzz/%,$(FUZZ))
REPLAY  := $(patsubst src/%.c,$(B)/replay/%,$(FUZZ))
FUZZ_FLAGS := -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SRC   := $(filter-out src/app/demo%,$(SRC)) $(SCHEMAS)

$(B)/fuzz/libprilavok.a: $(FUZZ_SRC)
	$(MAKE) B=$(B)/fuzz/obj CC=clang OPT="-O1 -g" HARD= SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" $(B)/fuzz/obj/libprilavok.a
	cp $(B)/fuzz/obj/libprilavok.a $@
$(B)/fuzz/%: src/%.c $(B)/fuzz/libprilavok.a
	@mkdir -p $(@D)
	clang $(STD) $(INC) $(FUZZ_FLAGS) $< $(B)/fuzz/libprilavok.a $(LIBS) -ljansson -o $@
# Each target from its corpus for T seconds; what is found is kept in build/fuzz.
fuzz: $(FUZZERS)
	@for f in $(FUZZERS); do n=$$(basename $$f); mkdir -p $(B)/corpus/$$n; \
	  echo "$$n: $(T) s"; seeds=$$(ls -d tests/corpus/$$n 2>/dev/null); \
	  $$f -max_total_time=$(T) -rss_limit_mb=2048 -timeout=10 -artifact_prefix=$(B)/fuzz/ -print_final_stats=0 \
	     $(B)/corpus/$$n $$seeds >$(B)/fuzz/$$n.log 2>&1 || { tail -40 $(B)/fuzz/$$n.log; exit 1; }; \
	  tail -1 $(B)/fuzz/$$n.log; done
# The same targets without a fuzzer: the corpus as plain tests.
$(B)/replay/%: src/%.c tests/support/replay.c $(B)/libprilavok.a
	@mkdir -p $(@D)
	$(COMPILE) $(LDFLAGS) $< tests/support/replay.c $(B)/libprilavok.a $(LIBS) -ljansson -o $@
fuzz-replay: $(REPLAY)
	@ok=0; bad=0; for f in $(REPLAY); do n=$$(basename $$f); \
	  if $$f tests/corpus/$$n; then ok=$$((ok+1)); else bad=$$((bad+1)); fi; done; \
	  echo "$$ok passed, $$bad failed"; [ $$bad = 0 ]

# ---- Measuring, packaging ---------------------------------------------------------------
BENCH   := $(addprefix bench/,main.c load.c machine.c chain.c record.c bare.c bare_http.c warm.c inside.c market.c town.c town_track.c town_many.c) $(wildcard bench/bench_*.c)
WRAP    := -Wl,--wrap=db_exec_,--wrap=db_one_,--wrap=db_rows_,--wrap=db_batch
$(B)/bench/bench: $(BENCH) $(wildcard bench/*.h) $(B)/libprilavok.a
	@mkdir -p $(@D)
	$(COMPILE) -Ibench $(LDFLAGS) $(WRAP) $(BENCH) $(B)/libprilavok.a $(LIBS) -o $@
# Both engines: the second on a throw-away cluster.  BENCH_ARGS="--only order --seconds 5"
bench: $(B)/prilavok $(B)/bench/bench
	tools/run-bench $(BENCH_ARGS)
lighthouse: $(B)/prilavok ui/dist/.built
	tools/run-lighthouse
pace: $(B)/prilavok ui/dist/.built bench/pages/node_modules/.installed
	a=0; node bench/pages/interaction.js || a=1; node bench/pages/till.js || a=1; SLOWER=1 node bench/pages/till.js || a=1; exit $$a
bench/pages/node_modules/.installed: bench/pages/package-lock.json
	cd bench/pages && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed
pictures: $(B)/prilavok ui/dist/.built tests/node_modules/.installed
	RENEW=1 node --test --test-name-pattern='as approved' tests/browser/kit.test.js tests/browser/pictures.test.js

deb: $(B)/prilavok ui/dist/.built
	tools/build-deb $(VERSION)
doc: $(B)/prilavok
	$(B)/prilavok api > $(B)/openapi.json
	tools/make-manual > $(B)/manual.md

clean:
	rm -rf build build-*
.PHONY: pictures lighthouse pace all help unit unit-build unit-list clean run test pg san tsan twice fuzz fuzz-replay bench check format stats deb doc
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
