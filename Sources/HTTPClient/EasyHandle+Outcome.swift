import CCurl
import EventLoop

extension EasyHandle {
    /// What libcurl's result code means for the caller.
    func answer(_ code: CURLcode) -> Transfer.Answer {
        guard code != CURLE_OK else { return .success(response) }
        guard let transfer else { return .failure(HTTPClientError(.other, "no transfer")) }
        if isTooLarge {
            let limit = transfer.request.maxResponseBytes
            return .failure(
                HTTPClientError(.tooLarge, "answer longer than \(limit) bytes: \(transfer.target.redacted)\(way)")
            )
        }
        let kind = isTunnelRefused ? .connect : Self.errorCode(code)
        // A proxy's URL may be quoted with its credentials.
        let isQuotable = !errorText.isEmpty && !errorText.utf8.contains(UInt8(ascii: "@"))
        let text = isQuotable ? errorText : String(cString: curl_easy_strerror(code))
        return .failure(HTTPClientError(kind, "\(text): \(transfer.target.redacted)\(way)"))
    }

    /// What is to be known of a failed request's way; empty for the straight one. The proxy's URL may have credentials.
    var way: String {
        guard let proxy else { return "" }
        guard let url = AbsoluteURL(proxy.contains("://") ? proxy : "http://\(proxy)") else {
            return " (by way of a proxy)"
        }
        return " (by way of the proxy \(url.origin); NO_PROXY exempts hosts from it)"
    }

    static func errorCode(_ code: CURLcode) -> HTTPClientError.Code {
        switch code {
        case CURLE_URL_MALFORMAT:
            .invalidURL
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PROXY:
            .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_OPERATION_TIMEDOUT:
            .timeout
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SSL_SHUTDOWN_FAILED:
            .reset
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_BAD_CONTENT_ENCODING:
            .protocol
        default:
            .other
        }
    }

    /// The phase whose time is over, in words; nil when all is well.
    func expiredPhase(_ now: MonotonicInstant) -> String? {
        guard let transfer else { return nil }
        if transfer.deadline <= now { return "not complete in time" }
        guard !hasFirstByte else { return nil }
        let isOver = firstByteWait.isOver(now, sendingSince: sendingSince, isSent: isRequestSent)
        return isOver ? "no answer began in time" : nil
    }
}
