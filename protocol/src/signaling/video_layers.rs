//! Which pictures a client wants from a media server, and which it gets. Both sides are ours; 2.7.2
//! neither sends nor gets any of it.

use crate::shape::shape;

shape! {
    /// All that a client wants to be otherwise than it is by default: not paused, at any height. It
    /// takes the place of the list before.
    pub struct VideoViews: "videoViews" {
        /// Sender's peer id.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// `MCU`.
        target: String = "target",
        /// One for each video; those without a name are left out.
        views: Vec<VideoView> = "views",
    }
}

shape! {
    /// How a client shows one video.
    pub struct VideoView {
        /// Peer id of the publisher.
        publisher_id: String = "publisherId",
        /// Id of the publisher's stream, without `VIDEO_`.
        stream_id: String = "streamId",
        /// It is not to be sent.
        is_paused: Option<bool> = "isPaused",
        /// At which height it is shown, in pixels of the screen; 0 or absent if that is not known.
        height: Option<f64> = "height",
    }
}

shape! {
    /// What a client gets of videos for which that has changed.
    pub struct VideoLayers: "videoLayers" {
        /// `MCU`.
        mid: String = "mid",
        /// Room id.
        rid: String = "rid",
        /// The client.
        target: String = "target",
        /// One for each video that changed.
        layers: Vec<VideoLayer> = "layers",
    }
}

shape! {
    /// What a client gets of one video.
    pub struct VideoLayer {
        /// Peer id of the publisher.
        publisher_id: String = "publisherId",
        /// Id of the publisher's stream, without `VIDEO_`.
        stream_id: String = "streamId",
        /// Which of the publisher's layers, from 0, the lowest.
        layer: f64 = "layer",
        /// How many the publisher has.
        layers: f64 = "layers",
        /// Nothing is sent because the client wanted that.
        is_paused: bool = "isPaused",
        /// Nothing is sent for want of bandwidth.
        is_starved: bool = "isStarved",
    }
}
