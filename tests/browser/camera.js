// What a camera sees: a picture as a film of one frame (YUV4MPEG2), for Chromium's
// device that is none.
const WIDTH = 640;
const HEIGHT = 480;

/* Of an SVG in the middle of a table. */
export async function picture(browser, svg) {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await page.setContent(`<body style="margin:0;display:grid;place-items:center;height:100vh;background:#888"><img width="300" height="300" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}"></body>`);
  await page.waitForFunction(() => document.images[0].complete);
  const shot = (await page.screenshot()).toString('base64');
  const grey = await page.evaluate(
    async ([png, width, height]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const brush = canvas.getContext('2d');
      brush.drawImage(image, 0, 0);
      const { data } = brush.getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, k) => data[4 * k]);
    },
    [shot, WIDTH, HEIGHT],
  );
  await page.close();
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from(grey), Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), ...Array(10).fill(frame)]);
}
