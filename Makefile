# make            build/prilavok and the pages (ui/dist)
# make run        build and serve the demo chain on 127.0.0.1:8080
# make test       every test on SQLite: C rules, API stories, browser
# make pg         the same on PostgreSQL (a throw-away cluster)
# make san tsan   C rules and stories under ASan+UBSan, under TSan
# make fuzz T=30  T seconds for each fuzz target (clang)
# make bench      build/bench.json and a table
# make check      format, clang-tidy, dependency rules, budgets
# make stats      lines, functions, longest files
# make deb doc    the Debian package, the manual
CC      ?= gcc
B       ?= build
OPT     ?= -O2 -g
VERSION := $(shell sed -n '1s/^# *CHANGELOG.*//;s/^## \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -1)
PKGS    := sqlite3 libpq libmicrohttpd libcurl libxml-2.0 libzip libsodium libqrencode zlib
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
OBJ     := $(SRC:%.c=$(B)/obj/%.o) $(SCHEMAS:%.c=%.o)
TESTS   := $(patsubst src/%.c,$(B)/test/%,$(wildcard src/*/*_test.c tests/c/*_test.c))
TESTS   := $(patsubst tests/c/%.c,$(B)/test/c/%,$(TESTS))

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

unit: $(TESTS)
	@for t in $(TESTS); do $$t || exit 1; done

clean:
	rm -rf build build-*
.PHONY: all unit clean run test pg san tsan fuzz bench check stats deb doc
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
