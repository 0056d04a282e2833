//! Servers that do no more than a webhook server has to do. The mock is compared with them.

use std::convert::Infallible;
use std::io;
use std::process::ExitCode;

use anyhow::Context as _;
use axum::Router;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
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
        let service = service_fn(move |request: Request<Incoming>| async move {
            request.into_body().collect().await?;
            let mut response = Response::new(Empty::<Bytes>::new());
            *response.status_mut() = status;
            Ok::<_, hyper::Error>(response)
        });
        serve(service)
    }

    /// An `axum` router that parses the body as JSON before it answers. It runs on the same few lines of `hyper` as the
    /// other floor: `axum::serve` does more for each connection and would be the easier one to come near to.
    ///
    /// # Errors
    /// The status is none, or the server cannot be started.
    pub(crate) fn serve_axum(&self) -> anyhow::Result<ExitCode> {
        let status = self.status()?;
        let answer = move |body: Result<axum::Json<Value>, axum::extract::rejection::JsonRejection>| async move {
            match body {
                // The value is used in some way, so that parsing it is not optimised out.
                Ok(axum::Json(body)) if !body.is_null() => status.into_response(),
                Ok(_) => StatusCode::BAD_REQUEST.into_response(),
                Err(rejection) => rejection.into_response(),
            }
        };
        let router: Router = Router::new().fallback(answer);
        let service = service_fn(move |request: Request<Incoming>| {
            let mut router = router.clone();
            async move { Ok::<_, Infallible>(router.call(request).await.into_ok_response()) }
        });
        serve(service)
    }

    fn status(&self) -> anyhow::Result<StatusCode> {
        StatusCode::from_u16(self.status).with_context(|| format!("{} is no HTTP status", self.status))
    }
}
