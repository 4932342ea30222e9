// The phone sends at most 1920 px: a 12 megapixel original would not get through a village's network. A file that the browser cannot
// draw goes as it is. What was taken from the sensor (time, place) is read before, because drawing strips it.
const LONGEST = 1920, SMALL = 600 * 1024;

export async function shrink(file) {
  if (file.size <= SMALL || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const k = Math.min(1, LONGEST / Math.max(picture.width, picture.height)), canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * k); canvas.height = Math.round(picture.height * k);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise(done => canvas.toBlob(done, 'image/jpeg', .85));
    return small && small.size < file.size ? small : file;
  } catch (e) { return file; }
}
