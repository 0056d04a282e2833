//! One exchange on a connection that stays open, with as little work of our own as possible: what the load generator
//! spends is missing to the server on the same machine.

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Headers that an answer may have.
const MAX_HEADERS: usize = 32;

/// Sends the request and reads the whole answer into `buffer`, whose old content is dropped. Returns the status.
///
/// # Errors
/// The connection breaks or is closed, or the answer is not HTTP/1.1 of the sort that [`parse`] reads.
pub(super) async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> anyhow::Result<u16> {
    buffer.clear();
    stream
        .write_all(request)
        .await
        .context("the request could not be sent")?;
    loop {
        let read = stream
            .read_buf(buffer)
            .await
            .context("the answer could not be read")?;
        if let Some((status, length)) = parse(buffer)?
            && buffer.len() >= length
        {
            if buffer.len() > length {
                bail!("{} bytes follow the answer", buffer.len() - length);
            }
            return Ok(status);
        }
        if read == 0 {
            bail!(
                "the server closed the connection after {} bytes of its answer",
                buffer.len()
            );
        }
    }
}

/// The status of an answer and the length of all of it in bytes, once its head is there.
///
/// # Errors
/// What is there is no answer, or nothing says how long its body is: chunks are not read, no server here sends any.
fn parse(answer: &[u8]) -> anyhow::Result<Option<(u16, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let head = match response.parse(answer).context("the answer is no HTTP")? {
        httparse::Status::Partial => return Ok(None),
        httparse::Status::Complete(head) => head,
    };
    let status = response.code.context("the answer has no status")?;
    if status == 204 || status == 304 {
        return Ok(Some((status, head)));
    }
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .with_context(|| format!("an answer {status} without Content-Length"))?;
    let body: usize = std::str::from_utf8(length.value)
        .ok()
        .and_then(|length| length.trim().parse().ok())
        .context("a Content-Length that is no number")?;
    let whole = head
        .checked_add(body)
        .context("a Content-Length beyond all bounds")?;
    Ok(Some((status, whole)))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use tokio::net::TcpStream;

    use super::{exchange, parse};

    /// What [`exchange`] makes of a server that reads the request, writes these pieces and closes.
    fn exchange_with(pieces: &'static [&'static str]) -> anyhow::Result<u16> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let addr = listener.local_addr()?;
        let server = std::thread::spawn(move || -> std::io::Result<()> {
            let (mut stream, _) = listener.accept()?;
            stream.set_nodelay(true)?;
            stream.read_exact(&mut [0; 7])?;
            for piece in pieces {
                stream.write_all(piece.as_bytes())?;
            }
            Ok(())
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let status = runtime.block_on(async {
            let mut stream = TcpStream::connect(addr).await?;
            exchange(&mut stream, b"request", &mut b"left from before".to_vec()).await
        });
        server.join().expect("the server does not panic")?;
        status
    }

    #[test]
    fn an_answer_in_pieces_is_read_to_its_end() {
        let pieces = &["HTTP/1.1 201 Created\r\nContent-", "Length: 4\r\n\r\nab", "cd"];
        assert_eq!(exchange_with(pieces).unwrap(), 201);
    }

    #[test]
    fn an_answer_that_is_cut_or_too_long_is_an_error() {
        let cut = exchange_with(&["HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nab"]).unwrap_err();
        assert!(
            cut.to_string()
                .starts_with("the server closed the connection after"),
            "{cut}"
        );
        let none = exchange_with(&[]).unwrap_err();
        assert_eq!(
            none.to_string(),
            "the server closed the connection after 0 bytes of its answer"
        );
        let long = exchange_with(&["HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\nab"]).unwrap_err();
        assert_eq!(long.to_string(), "2 bytes follow the answer");
    }

    #[test]
    fn the_length_of_an_answer_is_that_of_head_and_body() {
        let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(parse(answer).unwrap(), Some((400, answer.len())));
        let empty = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(parse(empty).unwrap(), Some((201, empty.len())));
        let none = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(parse(none).unwrap(), Some((204, none.len())));
        assert_eq!(parse(&answer[..30]).unwrap(), None);
        assert_eq!(parse(b"").unwrap(), None);
    }

    #[test]
    fn what_cannot_be_measured_is_an_error() {
        for answer in [
            "SSH-2.0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
        ] {
            assert!(parse(answer.as_bytes()).is_err(), "{answer}");
        }
    }
}
