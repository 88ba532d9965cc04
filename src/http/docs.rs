//! `/docs`: the routes to read and to try, in a browser, without anything from elsewhere.

use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_FRAME_OPTIONS,
};

type Asset = ([(HeaderName, HeaderValue); 5], &'static str);

/// The page.
pub(crate) async fn page() -> Asset {
    asset("text/html; charset=utf-8", include_str!("../../assets/http/docs.html"))
}

/// What the page does.
pub(crate) async fn script() -> Asset {
    asset("text/javascript; charset=utf-8", include_str!("../../assets/http/docs.js"))
}

/// How the page looks.
pub(crate) async fn style() -> Asset {
    asset("text/css; charset=utf-8", include_str!("../../assets/http/docs.css"))
}

fn asset(media: &'static str, text: &'static str) -> Asset {
    let own = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
               form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(own)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    (headers, text)
}
