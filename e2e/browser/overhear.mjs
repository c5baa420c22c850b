/**
 * Has a page know what comes in over its peer connections, whoever made them. It runs in the page, in front of all else, and sees nothing
 * but the page. With udp or tcp as window.given.relay all goes through the relays that are reached so, as it would in a network that lets
 * nothing else through; the SDK has no option for that.
 */
export function overhear() {
  const connections = [];
  const { relay } = window.given;

  const relayed = (config) => ({
    ...config,
    iceTransportPolicy: "relay",
    iceServers: config.iceServers.map((server) => ({ ...server, urls: server.urls.filter((url) => url.endsWith(`?transport=${relay}`)) })),
  });

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(config) {
      super(relay === undefined ? config : relayed(config));
      connections.push(this);
    }
  };

  const open = () => connections.filter(({ connectionState }) => connectionState !== "closed");

  /** The ids of the tracks that a description offers, by section: the second word of a=msid. */
  const offered = (description) => {
    const ids = {};
    for (const section of (description?.sdp ?? "").split("\r\nm=").slice(1)) {
      const [, mid] = /^a=mid:(.*)$/m.exec(section) ?? [];
      const [, id] = /^a=msid:\S+ (\S+)/m.exec(section) ?? [];
      if (id !== undefined && /^a=(sendonly|sendrecv)/m.test(section)) ids[mid] = id;
    }
    return ids;
  };

  /** What has come in of each track so far, and how large the last picture was. */
  window.received = async () => {
    const tracks = {};
    for (const connection of open()) {
      const ids = offered(connection.remoteDescription);
      for (const { mid, receiver } of connection.getTransceivers().filter(({ mid }) => mid in ids)) {
        for (const report of (await receiver.getStats()).values()) {
          if (report.type !== "inbound-rtp") continue;
          const { kind, packetsReceived: packets, framesDecoded: frames, frameWidth: width } = report;
          tracks[ids[mid]] = { kind, packets, frames, width };
        }
      }
    }
    return tracks;
  };

  /** The page's own end of the way that each connection has found. */
  window.ends = async () => {
    const ends = [];
    for (const connection of open()) {
      const reports = await connection.getStats();
      for (const { type, selectedCandidatePairId: pair } of reports.values()) {
        if (type === "transport" && pair !== undefined) ends.push(reports.get(reports.get(pair).localCandidateId));
      }
    }
    return ends;
  };

  /** All that is worth knowing of the connections when something is wrong. */
  window.wires = async () => {
    const told = ["kind", "mid", "rid", "packetsSent", "packetsReceived", "packetsLost", "framesEncoded", "framesDecoded", "frameWidth", "keyFramesEncoded",
      "keyFramesDecoded", "pliCount", "targetBitrate", "availableOutgoingBitrate", "qualityLimitationReason", "active"];
    const pick = (report) => Object.fromEntries(told.filter((key) => report[key] !== undefined).map((key) => [key, report[key]]));
    return Promise.all(connections.map(async (connection) => ({
      state: `${connection.connectionState}, ICE ${connection.iceConnectionState}, ${connection.signalingState}`,
      streams: [...(await connection.getStats()).values()].filter(({ type }) => /bound-rtp$/.test(type) && !type.startsWith("remote")).map(pick),
    })));
  };
}
