//! Requests as bytes: sent as they stand, and the bytes that come back. What no client library would send can be sent so.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::base_url::BaseUrl;
use super::exchange::{NoAnswer, NoAnswerKind};
use super::messages::{answered, method, requests, with_fields};
use super::raw::{self, Dial};
use super::transport::Transport;
use super::wire::Limits;

/// What came back, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Every byte, up to the limit.
    pub(crate) bytes: Vec<u8>,
    /// How it ended.
    pub(crate) end: End,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Every request has its whole answer.
    Answered,
    /// The target closed the connection, after the last answer or before.
    Closed,
    /// Nothing more came in time.
    TimedOut,
    /// More came than is read.
    TooLong,
}

/// Sends the bytes on one connection: all at once, or with `one_by_one` each request after the answer to the one before. The
/// fields of the transport go along with each request that is one and lacks them; a proxy gets the whole URL.
///
/// # Errors
/// No connection could be made.
pub(crate) async fn send(
    base: &BaseUrl,
    transport: &Transport,
    limits: Limits,
    bytes: &[u8],
    one_by_one: bool,
) -> Result<Received, NoAnswer> {
    let failed = |detail: String| NoAnswer {
        kind: NoAnswerKind::Tls,
        detail,
    };
    let tls = transport
        .tls(base.is_tls(), &[b"http/1.1"])
        .map_err(|error| failed(error.to_string()))?;
    let tls = base.is_tls().then(|| Arc::new(tls));
    let proxy = transport
        .http_proxy()
        .map_err(|error| failed(error.to_string()))?;
    let dial = Dial {
        base,
        tls: tls.as_ref(),
        proxy: proxy.as_ref(),
        fields: &[],
        limits,
    };
    let late = || NoAnswer {
        kind: NoAnswerKind::Unreachable,
        detail: format!("no connection within {:?}", limits.request_time),
    };
    let stream = timeout(limits.request_time, raw::connect(&dial))
        .await
        .map_err(|_| late())??;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let requests = requests(bytes);
    let methods: Vec<&[u8]> = requests
        .iter()
        .map(|range| method(&bytes[range.clone()]))
        .collect();
    let written = requests.iter().map(|range| {
        let request = with_fields(&bytes[range.clone()], transport);
        match &proxy {
            Some(proxy) => proxy.addressed(base, &request),
            None => request,
        }
    });
    let mut received = Vec::new();
    let rounds: Vec<(Vec<u8>, usize)> = if one_by_one {
        written.zip(1..).collect()
    } else {
        vec![(written.flatten().collect(), methods.len())]
    };
    let mut end = End::Answered;
    for (round, answers) in rounds {
        let write = async {
            // A target that stops reading may have answered; the reader sees what there is.
            let _ = writer.write_all(&round).await;
            let _ = writer.flush().await;
            std::future::pending::<std::convert::Infallible>().await
        };
        let read = timeout(
            limits.request_time,
            read(
                &mut reader,
                &mut received,
                &methods[..answers],
                limits.response_bytes,
            ),
        );
        end = tokio::select! {
            end = read => end.unwrap_or(End::TimedOut),
            never = write => match never {},
        };
        if end != End::Answered {
            break;
        }
    }
    Ok(Received { bytes: received, end })
}

/// Reads until every one of the requests has its answer, and whatever the target sends with the last of them.
async fn read(
    reader: &mut (impl AsyncRead + Unpin),
    received: &mut Vec<u8>,
    methods: &[&[u8]],
    most: usize,
) -> End {
    loop {
        if answered(received, methods) {
            return End::Answered;
        }
        if received.len() >= most {
            received.truncate(most);
            return End::TooLong;
        }
        match reader.read_buf(received).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return End::Closed,
        }
    }
}
