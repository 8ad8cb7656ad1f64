/** Resolves when the video that a locator finds has shown two more pictures; fails when the page's time is up. */
export async function seesMovingPicture(locator) {
  const video = await locator.elementHandle();
  const before = await video.evaluate((shown) => shown.getVideoPlaybackQuality().totalVideoFrames);
  await locator
    .page()
    .waitForFunction(
      ([shown, frames]) => shown.getVideoPlaybackQuality().totalVideoFrames >= frames + 2,
      [video, before],
    );
}
