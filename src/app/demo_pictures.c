/* Pictures of the demo chain's goods: drawn, not photographed.  A drawing for each kind
 * of goods, painted in eight colours and seen in three ways (from the front, turned,
 * near by), about a kilobyte each.  Products of one kind and colour share them, so that
 * a chain of any size has some hundred files.
 *
 * A drawing stands on the floor y = 146 of a sheet of 200 x 160 with a margin round it;
 * what it is not drawn on stays clear, so that it lies well on a light page and on a
 * dark one. */
#include <stdio.h>
#include <string.h>

#include "app/demo.h"
#include "base/buf.h"
#include "exchange/exchange.h"

/* clang-format off */
#define R(x, y, w, h, r, f) "<rect x='" #x "' y='" #y "' width='" #w "' height='" #h "' rx='" #r "' fill='" f "'/>"
#define O(x, y, r, f) "<circle cx='" #x "' cy='" #y "' r='" #r "' fill='" f "'/>"
#define E(x, y, a, b, f) "<ellipse cx='" #x "' cy='" #y "' rx='" #a "' ry='" #b "' fill='" f "'/>"
#define P(d, f) "<path d='" d "' fill='" f "'/>"
#define L(d, w, s) "<path d='" d "' fill='none' stroke='" s "' stroke-width='" #w "' stroke-linecap='round' stroke-linejoin='round'/>"
#define BODY "url(#b)"
#define SHOW "url(#s)"
#define INK "#22262a"
#define STEEL "#bfc5ca"
#define SHADE "#0003"
#define SHINE "#fff5"
#define GREEN "#3ddc97"

static const struct {
    const char *kind, *drawing;
    int x, y; /* what is worth seeing near by; 0: its middle */
} drawings[] = {
    { "Smartphones", R(52,14,50,132,9,BODY) R(57,20,18,36,7,SHADE) O(66,29,6,INK) O(66,29,2.5,"#4a6a8a") O(66,46,6,INK) O(66,46,2.5,"#4a6a8a") O(86,27,3,"#fff8d0") R(98,14,54,132,9,INK) R(101,17,48,126,6,SHOW) O(125,23,2,INK) R(108,38,26,8,4,SHINE) R(108,116,34,16,5,SHINE) },
    { "Feature phones", R(74,16,52,130,12,BODY) R(81,26,38,42,3,SHOW) R(92,74,16,12,6,SHADE) R(81,92,10,8,3,SHINE) R(95,92,10,8,3,SHINE) R(109,92,10,8,3,SHINE) R(81,105,10,8,3,SHINE) R(95,105,10,8,3,SHINE) R(109,105,10,8,3,SHINE) R(81,118,10,8,3,SHINE) R(95,118,10,8,3,SHINE) R(109,118,10,8,3,SHINE) },
    { "Tablets", R(30,34,140,104,9,BODY) R(33,37,134,98,7,INK) R(38,42,124,88,3,SHOW) R(50,56,44,26,5,SHINE) R(50,90,44,26,5,SHINE) R(104,56,44,60,5,SHINE) P("M44 138h112l8 8H36z",SHADE), 60, 60 },
    { "Smart watches", P("M80 52l5-36h30l5 36z",BODY) P("M80 108l5 38h30l5-38z",BODY) R(66,46,68,68,19,STEEL) R(70,50,60,60,16,INK) R(74,54,52,52,13,SHOW) R(134,68,5,16,2,STEEL) L("M100 62v19l13 8",4,"#fff") O(100,81,3,"#fff") },
    { "Fitness bands", P("M86 48q2-32 14-32t14 32z",BODY) P("M86 112q2 34 14 34t14-34z",BODY) R(80,42,40,76,18,INK) R(85,50,30,60,12,SHOW) R(91,60,18,5,2,"#fff") R(91,72,12,5,2,SHINE) O(100,95,7,SHINE) },
    { "Laptops", R(44,34,112,80,6,INK) R(48,38,104,70,3,SHOW) R(58,48,50,34,4,SHINE) O(128,64,11,SHINE) P("M44 114h112l22 26H22z",BODY) P("M54 118h92l9 12H45z",SHADE) R(82,133,36,6,2,SHADE) R(22,140,156,6,3,SHADE), 90, 112 },
    { "Monitors", P("M92 108h16l3 30H89z",STEEL) E(100,142,34,4,BODY) R(26,24,148,88,4,BODY) R(29,27,142,80,2,SHOW) P("M29 95q40-34 72-12t70-24v48H29z",SHINE) R(94,108,12,2,1,GREEN), 120, 104 },
    { "TVs", R(16,26,168,100,3,INK) R(19,29,162,93,1,SHOW) P("M19 108q46-44 80-18t82-26v58H19z",SHINE) O(140,52,10,"#fff8") L("M52 126l-8 20M148 126l8 20",4,BODY), 150, 112 },
    { "Desktops", R(62,18,76,128,6,BODY) R(68,24,40,116,3,INK) O(88,54,15,SHOW) O(88,96,15,SHOW) O(88,54,5,INK) O(88,96,5,INK) R(114,26,18,3,1,SHADE) R(114,34,18,3,1,SHADE) O(123,130,4,GREEN), 100, 60 },
    { "Printers", P("M64 22h72l6 40H58z","#fbfbf8") R(34,60,132,64,8,BODY) R(34,60,132,16,8,SHADE) R(52,104,96,10,3,INK) P("M58 110h84l8 36H50z","#fbfbf8") R(132,66,22,7,3,SHOW) O(46,70,3,GREEN) L("M64 124h62M62 132h50",2,STEEL), 136, 84 },
    { "Graphics cards", R(24,52,152,66,6,INK) R(24,52,152,12,6,BODY) O(62,90,24,BODY) O(62,90,20,INK) O(62,90,7,BODY) O(136,90,24,BODY) O(136,90,20,INK) O(136,90,7,BODY) L("M62 72v36M44 90h36M50 78l24 24M74 78l-24 24M136 72v36M118 90h36M124 78l24 24M148 78l-24 24",3,SHINE) R(40,118,70,8,1,"#c9a64a") R(16,46,8,86,2,STEEL) },
    { "SSDs", R(60,40,80,106,6,BODY) R(66,56,68,52,3,SHADE) R(72,64,40,7,2,SHINE) R(72,78,56,4,2,SHINE) R(72,88,48,4,2,SHINE) R(72,136,56,10,1,"#c9a64a") O(67,47,2,SHADE) O(133,47,2,SHADE) },
    { "Mice", P("M100 24c26 0 40 22 40 54v28a40 40 0 0 1-80 0V78c0-32 14-54 40-54z",BODY) L("M100 24v50M61 80q39-16 78 0",2,SHADE) R(95,38,10,24,5,INK) P("M64 90q-4 30 14 46-16-8-18-34z",SHINE) },
    { "Keyboards", P("M22 66h156l10 70H12z",BODY) P("M28 72h144l7 54H21z",INK) L("M34 80h132",7,SHOW) L("M32 93h136",8,SHINE) L("M30 106h140",8,SHINE) L("M28 119h18M56 119h86M152 119h20",8,SHINE), 60, 96 },
    { "Headphones", L("M52 96V78a48 48 0 0 1 96 0v18",9,BODY) L("M60 62a42 42 0 0 1 80 0",3,SHINE) R(38,86,28,58,13,INK) R(134,86,28,58,13,INK) R(36,92,16,46,8,BODY) R(148,92,16,46,8,BODY) O(44,126,2,GREEN), 48, 112 },
    { "Portable speakers", R(30,58,140,84,40,BODY) R(44,68,112,64,30,INK) O(78,100,22,SHADE) O(122,100,22,SHADE) O(78,100,14,STEEL) O(122,100,14,STEEL) O(78,100,6,INK) O(122,100,6,INK) L("M72 58q28-22 56 0",5,SHADE) R(90,62,20,3,1,SHINE) },
    { "Soundbars", R(10,104,180,28,8,INK) R(10,104,180,9,5,BODY) L("M22 120h156M22 126h156",1,SHINE) O(100,122,2,GREEN) R(84,28,46,66,6,BODY) O(107,66,16,INK) O(107,66,7,STEEL) O(107,42,5,INK), 107, 70 },
    { "TV mounts", R(34,36,24,98,4,BODY) O(46,48,4,INK) O(46,122,4,INK) L("M58 84l42-26 38 22",11,STEEL) O(100,58,8,INK) P("M132 40h14v92h-14z",BODY) L("M139 46h28M139 126h28",8,BODY) R(161,40,10,14,2,SHADE) R(161,118,10,14,2,SHADE) },
    { "Refrigerators", R(64,8,72,138,5,BODY) R(64,8,72,50,5,SHINE) L("M64 58h72",2,INK) R(70,28,4,24,2,INK) R(70,66,4,36,2,INK) R(100,24,24,14,2,INK) R(103,27,18,8,1,SHOW) R(68,143,10,4,1,INK) R(122,143,10,4,1,INK), 96, 44 },
    { "Washing machines", R(48,20,104,126,6,BODY) R(48,20,104,22,6,SHADE) R(54,26,30,10,2,SHINE) O(124,31,7,STEEL) R(96,27,16,8,2,SHOW) O(100,92,40,STEEL) O(100,92,33,INK) O(100,92,28,"#6f9fc4") P("M72 96q14-12 28 0t28 0a28 28 0 0 1-56 0z","#bcdcf2") P("M84 74q12-10 26-4-16 2-22 12z",SHINE), 100, 60 },
    { "Vacuum cleaners", L("M86 92q-6-58 30-66t40 44l14 58",7,INK) R(158,126,34,12,5,INK) P("M22 118q0-38 44-38t46 42v16H22z",BODY) P("M34 104q8-18 32-18-20 6-22 20z",SHINE) O(42,132,14,INK) O(42,132,6,STEEL) O(98,136,9,INK) R(58,92,28,8,4,SHADE) },
    { "Robot vacuums", E(100,108,78,32,INK) E(100,100,78,32,BODY) E(100,98,64,24,SHINE) E(100,92,20,8,INK) R(80,80,40,12,4,INK) E(100,80,20,7,SHADE) O(64,106,3,GREEN) L("M24 112q76 40 152 0",3,SHADE) },
    { "Irons", P("M20 120h150c0-42-30-66-72-66H74l-6 14h34c20 0 30 14 32 26H62c-22 0-36 8-42 26z",BODY) P("M14 122h160v10a6 6 0 0 1-6 6H20a6 6 0 0 1-6-6z",STEEL) O(98,106,8,SHADE) O(60,108,3,SHINE) L("M74 54q-34-6-40-32",4,INK), 120, 110 },
    { "Air conditioners", R(14,34,172,58,10,BODY) R(14,34,172,18,10,SHINE) R(26,78,148,8,4,SHADE) R(140,58,30,12,3,SHOW) L("M54 104q-8 10 0 20t0 18M100 104q-8 10 0 20t0 18M146 104q-8 10 0 20t0 18",4,"#8fc4e8"), 140, 66 },
    { "Microwave ovens", R(20,44,160,96,6,BODY) R(28,52,104,80,4,INK) R(36,60,88,64,6,SHOW) E(80,112,34,6,SHINE) R(140,56,32,14,2,SHOW) O(156,92,11,STEEL) O(156,92,3,INK) R(142,112,28,10,3,SHADE) R(128,60,4,64,2,STEEL) },
    { "Kettles", P("M66 52h64l12 84H54z",BODY) P("M66 52h64l-6-14H72z",INK) L("M132 58c32-6 34 56 8 58",9,INK) P("M64 62l-22-8 16 26z",BODY) R(50,134,96,12,5,INK) R(76,74,12,50,5,"#bcdcf2") R(92,30,16,8,4,INK) P("M118 60l9 68h-6z",SHINE), 88, 92 },
    { "Coffee machines", R(50,20,100,34,7,BODY) R(50,54,36,76,2,BODY) R(44,126,112,20,5,INK) R(86,54,64,72,0,SHADE) R(104,54,28,14,3,STEEL) L("M112 68v12M124 68v12",3,"#5b3a1e") P("M100 96h38l-4 28h-30z","#fbfbf8") L("M138 102q14 2 0 14",4,"#fbfbf8") E(119,97,18,3,"#5b3a1e") R(58,30,34,14,3,SHOW) O(136,37,7,STEEL), 112, 80 },
    { "Multicookers", P("M40 76q0-36 60-36t60 36z",BODY) R(36,74,128,66,16,BODY) R(36,74,128,10,4,STEEL) R(72,92,56,38,5,INK) R(80,98,40,14,2,SHOW) O(84,122,3,SHINE) O(100,122,3,SHINE) O(116,122,3,SHINE) R(86,30,28,12,6,INK) },
    { "Cookers", R(46,34,108,112,4,BODY) R(46,34,108,8,3,INK) R(46,42,108,20,0,SHADE) O(60,52,5,INK) O(80,52,5,INK) O(120,52,5,INK) O(140,52,5,INK) R(92,46,16,11,2,SHOW) R(54,72,92,52,4,INK) R(62,84,76,34,3,"#5a3a20") L("M62 100h76",2,SHINE) R(58,66,84,4,2,STEEL) E(78,32,16,3,INK) E(122,32,16,3,INK) },
    { "Game consoles", P("M84 14q16-6 32 0l10 122q-26 12-52 0z",BODY) P("M92 14h16l6 122h-28z",INK) L("M90 30l-4 98M110 30l4 98",2,SHOW) E(100,142,34,5,INK) O(100,60,3,SHOW), 100, 50 },
    { "Gamepads", P("M58 52h84c28 0 44 88 24 92-16 4-24-26-38-26H72c-14 0-22 30-38 26-20-4-4-92 24-92z",BODY) R(84,56,32,18,4,SHADE) O(78,96,11,INK) O(122,96,11,INK) L("M58 66v16M50 74h16",6,INK) O(142,66,4,"#5b9bff") O(134,74,4,"#ff6b6b") O(150,74,4,GREEN) O(142,82,4,"#ffd166") },
    { "Drones", L("M78 84L44 62M122 84l34-22M78 100l-30 24M122 100l30 24",7,INK) R(70,74,60,38,16,BODY) E(44,56,34,5,SHADE) E(156,56,34,5,SHADE) E(46,118,34,5,SHADE) E(154,118,34,5,SHADE) O(44,60,5,STEEL) O(156,60,5,STEEL) O(46,122,5,STEEL) O(154,122,5,STEEL) O(100,108,12,INK) O(100,108,6,SHOW) O(84,84,2,GREEN) },
    { "Cameras", R(28,52,144,88,9,INK) R(28,74,144,42,0,BODY) P("M74 52l8-18h36l8 18z",INK) O(102,96,38,INK) O(102,96,32,STEEL) O(102,96,28,INK) O(102,96,19,SHOW) O(94,88,6,SHINE) R(40,42,22,10,4,STEEL) O(152,60,5,"#ff6b6b") },
    { "Action cameras", R(42,44,116,96,12,BODY) R(48,50,104,84,9,INK) R(56,60,34,42,5,SHOW) O(120,82,25,STEEL) O(120,82,20,INK) O(120,82,13,SHOW) O(113,75,5,SHINE) R(70,36,26,10,4,"#ff6b6b") R(56,114,40,8,3,SHINE) },
    { "Cases", R(66,14,68,132,13,BODY) R(71,19,58,122,10,SHADE) R(74,24,26,40,8,INK) R(77,27,20,34,6,"#0000") O(87,35,7,STEEL) O(87,53,7,STEEL) R(62,52,6,22,2,BODY) P("M112 20h14v116z",SHINE), 92, 48 },
    { "Screen protectors", R(62,14,68,128,9,"#b9d3e655") L("M71 14h50a9 9 0 0 1 9 9v110a9 9 0 0 1-9 9H71a9 9 0 0 1-9-9V23a9 9 0 0 1 9-9z",3,BODY) P("M66 96l60-70v28l-60 70z","#ffffff88") R(86,20,20,4,2,INK) P("M130 118l20 28h-50z",SHINE), 96, 34 },
    { "Chargers", R(54,34,62,74,12,BODY) R(54,34,62,20,10,SHINE) R(66,22,6,14,2,STEEL) R(98,22,6,14,2,STEEL) R(76,92,18,7,3,INK) L("M85 108v14q0 20 24 20t24-18 22-18",5,INK) R(150,98,22,14,4,BODY), 85, 62 },
    { "Cables", L("M60 96a40 34 0 1 0 80 0 40 34 0 1 0-80 0zM70 96a30 26 0 1 0 60 0 30 26 0 1 0-60 0z",6,BODY) L("M62 108q-22 18-34-8",6,BODY) L("M138 108q24 16 34-14",6,BODY) R(16,78,20,24,4,INK) R(20,66,12,13,2,STEEL) R(164,72,20,24,4,INK) R(168,60,12,13,2,STEEL) R(94,62,12,14,3,INK), 36, 84 },
    { "Power banks", R(58,28,84,118,13,BODY) R(64,34,72,106,9,SHADE) R(84,30,14,5,2,INK) R(104,30,12,5,2,INK) O(86,56,4,GREEN) O(98,56,4,GREEN) O(110,56,4,GREEN) O(122,56,4,SHINE) P("M104 76l-18 26h14l-6 24 22-30h-14z","#fff9") },
    { "Memory cards", P("M64 30h52l20 20v96H64z",BODY) P("M64 78h72v52H64z",SHADE) R(72,38,6,20,1,"#c9a64a") R(82,38,6,20,1,"#c9a64a") R(92,38,6,20,1,"#c9a64a") R(102,38,6,20,1,"#c9a64a") R(74,88,36,8,2,"#fff") R(74,104,50,5,2,SHINE) },
    { "Laptop bags", L("M76 56V42a24 16 0 0 1 48 0v14",7,INK) R(26,54,148,92,12,BODY) P("M26 66a12 12 0 0 1 12-12h124a12 12 0 0 1 12 12v34H26z",SHADE) R(66,90,14,24,3,INK) R(120,90,14,24,3,INK) L("M36 126h128",2,SHINE) R(88,64,24,8,3,STEEL) },
    { "Smart speakers", R(56,36,88,108,40,BODY) R(60,52,80,78,30,INK) E(100,46,36,10,SHADE) E(100,44,24,6,SHOW) L("M72 70h56M68 84h64M66 98h68M70 112h60",2,SHINE) E(100,142,34,4,SHADE) },
    { "Routers", L("M42 98L30 32M158 98l12-66M78 96l-5-56M122 96l5-56",7,INK) P("M34 96h132l14 40H20z",BODY) R(20,134,160,10,4,INK) O(70,118,3,GREEN) O(84,118,3,GREEN) O(98,118,3,GREEN) O(112,118,3,SHINE) P("M40 100h120l3 6H37z",SHINE) },
    { "Smart bulbs", P("M100 16a46 46 0 0 1 26 84q-6 6-6 16H80q0-10-6-16a46 46 0 0 1 26-84z","#fff6d8") P("M100 16a46 46 0 0 1 26 84q-6 6-6 16h-20z","#ffe9a8") R(80,112,40,22,3,BODY) L("M80 120h40M80 127h40",2,SHADE) P("M86 134h28l-6 12H92z",STEEL) L("M88 62q12 16 24 0M100 70v34",3,"#e6b85c"), 100, 108 },
    { "Security cameras", R(88,108,24,28,2,STEEL) E(100,140,40,6,BODY) O(100,72,48,BODY) O(100,72,36,INK) O(100,72,24,STEEL) O(100,72,20,INK) O(100,72,12,SHOW) O(94,66,4,SHINE) O(100,104,3,"#ff6b6b") },
};

/* In the order of their names in demo_goods.c: light, itself, dark. */
static const char *const paints[DEMO_COLOURS][3] = {
    { "#5a6067", "#383d42", "#24282b" }, { "#ffffff", "#eef0f1", "#cfd4d8" },
    { "#bcc3c9", "#969ea6", "#747c84" }, { "#6f93dd", "#3d63b4", "#284683" },
    { "#74bd9a", "#3e8d69", "#296249" }, { "#e37a73", "#c0413b", "#8b2a26" },
    { "#ecd6a8", "#d0af76", "#a08150" }, { "#a78fdc", "#785fb5", "#54418a" },
};
static const char *const shows[DEMO_COLOURS][2] = {
    { "#3b5bdb", "#c471ed" }, { "#1fa2ff", "#8ee6d4" }, { "#355c7d", "#f08a7a" },
    { "#12355b", "#4fb0ff" }, { "#134e4a", "#9be15d" }, { "#5b1647", "#ff8a5c" },
    { "#4a3b8f", "#ffc371" }, { "#2b1b5a", "#e07be0" },
};
/* How the drawing, #p, is seen. */
enum { NEAR = DEMO_VIEWS - 1 };
static const char *const views[DEMO_VIEWS] = {
    "<ellipse cx='100' cy='147' rx='76' ry='5' fill='#0002'/><use href='#p'/>",
    "<ellipse cx='104' cy='148' rx='66' ry='6' fill='#0002'/><g transform='matrix(.78 -.1 0 .98 26 14)'>"
    "<use href='#p' x='9' y='2' style='filter:brightness(.45)'/><use href='#p' x='5' y='1' style='filter:brightness(.6)'/><use href='#p'/></g>",
    "<clipPath id='c'><circle cx='100' cy='80' r='72'/></clipPath><circle cx='100' cy='80' r='72' fill='#fff9'/>"
    "<g clip-path='url(#c)'><use href='#p' transform='translate(%.1f %.1f) scale(1.9)'/></g>"
    "<circle cx='100' cy='80' r='72' fill='none' stroke='#0003' stroke-width='3'/>",
};
/* clang-format on */

static size_t drawing_of(const char *kind)
{
    size_t k = 0;

    while (k < COUNT(drawings) && strcmp(drawings[k].kind, kind) != 0) k++;
    return k;
}

/* 1.9 times as large, with the point x, y in the middle of the sheet. */
static const char *view_of(struct ctx *c, size_t k, int view)
{
    const double x = drawings[k].x ? drawings[k].x : 100,
                 y = drawings[k].y ? drawings[k].y : 84;

    if (view != NEAR) return views[view];
    return arena_printf(c->mem, views[view], 100 - 1.9 * x, 80 - 1.9 * y);
}

enum err demo_picture(struct ctx *c, const char *kind, i64 colour, int view,
                      const char **ret_url)
{
    const size_t k = drawing_of(kind);
    const char *const *paint = paints[colour];
    struct buf to = buf_new(c->mem, 4096, 16384);

    if (k == COUNT(drawings)) return FAIL(c, INTERNAL, "nobody has drawn %s", kind);
    buf_printf(&to,
               "<svg xmlns='http://www.w3.org/2000/svg' viewBox='-14 -8 228 176'><defs>"
               "<linearGradient id='b' x2='.6' y2='1'><stop stop-color='%s'/>"
               "<stop offset='.45' stop-color='%s'/><stop offset='1' "
               "stop-color='%s'/></linearGradient>"
               "<linearGradient id='s' x2='1' y2='1'><stop stop-color='%s'/><stop "
               "offset='1' stop-color='%s'/></linearGradient>"
               "<radialGradient id='g'><stop stop-color='#fff' stop-opacity='.34'/>"
               "<stop offset='1' stop-color='#fff' stop-opacity='0'/></radialGradient>"
               "<g id='p'>%s</g></defs>"
               "<ellipse cx='100' cy='84' rx='104' ry='84' fill='url(#g)'/>%s</svg>",
               paint[0], paint[1], paint[2], shows[colour][0], shows[colour][1],
               drawings[k].drawing, view_of(c, k, view));
    return exchange_drawing_put(c, to.at, ret_url);
}
