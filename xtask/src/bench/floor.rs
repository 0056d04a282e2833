//! Servers that do no more than a webhook server has to do. The mock is compared with them.

use std::error::Error;
use std::process::ExitCode;

use anyhow::Context as _;
use axum::Router;
use axum::extract::FromRequest as _;
use axum::extract::rejection::JsonRejection;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt as _, Empty};
use hyper::HeaderMap;
use hyper::body::{Body, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tower_service::Service as _;

use crate::say;

/// What a floor answers.
#[derive(Debug, Args)]
pub(crate) struct Floor {
    /// The status of every answer
    #[arg(long, default_value_t = 201)]
    status: u16,
}

impl Floor {
    /// A bare `hyper` server: it reads the body and answers without looking at it.
    ///
    /// # Errors
    /// The status is none, or the server cannot be started.
    pub(crate) fn serve_hyper(&self) -> anyhow::Result<ExitCode> {
        let status = self.status()?;
        serve(&service_fn(move |request: Request<Incoming>| async move {
            let mut body = request.into_body();
            while let Some(frame) = body.frame().await {
                frame?;
            }
            let mut response = Response::new(Empty::<Bytes>::new());
            *response.status_mut() = status;
            Ok::<_, hyper::Error>(response)
        }))
    }

    /// An `axum` router that parses the body as JSON before it answers; a form it reads to its end and drops. It stands on the same lines of `hyper` as the
    /// other floor: `axum::serve` does more for each connection, and would be the easier one to come near to.
    ///
    /// # Errors
    /// The status is none, or the server cannot be started.
    pub(crate) fn serve_axum(&self) -> anyhow::Result<ExitCode> {
        let status = self.status()?;
        let answer = move |request: axum::extract::Request| async move {
            if is_form(request.headers()) {
                let mut body = request.into_body();
                while let Some(frame) = body.frame().await {
                    if frame.is_err() {
                        return StatusCode::BAD_REQUEST.into_response();
                    }
                }
                return status.into_response();
            }
            let body: Result<axum::Json<Value>, JsonRejection> = axum::Json::from_request(request, &()).await;
            match body {
                // The value decides about the answer, so that parsing it cannot be optimised out.
                Ok(axum::Json(body)) if body.is_object() => status.into_response(),
                Ok(_) => StatusCode::BAD_REQUEST.into_response(),
                Err(rejection) => rejection.into_response(),
            }
        };
        let router: Router = Router::new().fallback(answer);
        serve(&service_fn(move |request: Request<Incoming>| {
            let mut router = router.clone();
            async move { router.call(request).await }
        }))
    }

    fn status(&self) -> anyhow::Result<StatusCode> {
        StatusCode::from_u16(self.status).with_context(|| format!("{} is no HTTP status", self.status))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"multipart/form-data"))
}

/// Serves until the process is ended, on a loopback port of the system's choice that is told as the mock tells its own.
/// The runtime and the options of a connection are those of the mock, without its time limits.
fn serve<S, B>(service: &S) -> anyhow::Result<ExitCode>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        say(&format!("listening on http://{}\n", listener.local_addr()?))?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
            // The load generator notices what goes wrong with a connection.
            tokio::spawn(async move { drop(connection.await) });
        }
    })
}
