//! The connection to AWS: TLS by rustls and ring, proxies of the environment, and whole answers alone.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use quick_xml::Reader;
use quick_xml::events::Event;

/// The largest answer that is taken: a page of a thousand interfaces is some 5 MB.
const LARGEST: usize = 64 << 20;

type Connectors = Mutex<Vec<([Option<Duration>; 2], SharedHttpConnector)>>;

/// A client that hands on whole answers alone.
///
/// The SDK takes the end of a cut XML document for the end of its list, so that missing rules would look
/// like no rules. A cut answer is therefore an I/O error here, which is retried as such.
#[derive(Debug, Clone, Default)]
pub(super) struct Whole {
    connectors: Arc<Connectors>,
}

impl HttpClient for Whole {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let key = [settings.connect_timeout(), settings.read_timeout()];
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, had)) = connectors.iter().find(|(had, _)| *had == key) {
            return had.clone();
        }
        let mut builder = Connector::builder()
            .connector_settings(settings.clone())
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
        builder.set_sleep_impl(components.sleep_impl());
        let connector = SharedHttpConnector::new(WholeConnector(SharedHttpConnector::new(builder.build())));
        connectors.push((key, connector.clone()));
        connector
    }
}

#[derive(Debug)]
struct WholeConnector(SharedHttpConnector);

impl HttpConnector for WholeConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut response = answer.await?;
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            let bytes = collect(body).await.map_err(|error| ConnectorError::io(error.into()))?;
            if response.status().is_success() && is_xml(&response) && !is_whole(&bytes) {
                let cut = io::Error::new(io::ErrorKind::UnexpectedEof, "the answer is cut short");
                return Err(ConnectorError::io(cut.into()));
            }
            *response.body_mut() = SdkBody::from(bytes);
            Ok(response)
        })
    }
}

async fn collect(body: SdkBody) -> io::Result<Vec<u8>> {
    let mut stream = ByteStream::new(body);
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(io::Error::other)?;
        if bytes.len() + chunk.len() > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the answer is larger than 64 MiB"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// EC2 and STS answer in XML; EKS and SSO in JSON, whose readers tell a cut document themselves.
fn is_xml(response: &HttpResponse) -> bool {
    response.headers().get("content-type").is_none_or(|kind| kind.contains("xml"))
}

/// Whether the text is one whole XML element.
fn is_whole(text: &[u8]) -> bool {
    let mut reader = Reader::from_reader(text);
    let (mut depth, mut elements) = (0_u32, 0_u32);
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => {
                depth += 1;
                elements += 1;
            }
            // The reader has checked that it ends what was begun.
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Empty(_)) => elements += 1,
            Ok(Event::Eof) => return depth == 0 && elements > 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn every_cut_of_a_document_is_told() {
        let whole = "<?xml version=\"1.0\"?>\n<A xmlns=\"b\"><c><item><d>1</d></item><item/></c>\n</A>";
        assert!(is_whole(whole.as_bytes()));
        for end in 0..whole.len() {
            assert!(!is_whole(&whole.as_bytes()[..end]), "{}", &whole[..end]);
        }
        assert!(!is_whole(b"<A><c></A>"), "an end that begins nothing");
    }
}
