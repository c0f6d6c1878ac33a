import CCurl
import EventLoop

/// A libcurl easy handle and what one transfer at a time puts into it. Used only on the loop.
final class EasyHandle {
    /// Header bytes of one answer at most.
    static let headerLimit = 256 << 10

    let pointer: UnsafeMutableRawPointer
    private(set) var transfer: Transfer?
    private var started = MonotonicInstant.now
    var firstByteWait = FirstByteWait(limit: .zero)
    private(set) var hasFirstByte = false
    private(set) var isTooLarge = false
    private var head: [UInt8] = []
    private var body: [UInt8] = []
    private var headerFields: UnsafeMutablePointer<curl_slist>?
    private let proxies: ProxySettings
    private var isProxySet = false
    /// What the present transfer goes through, unless its host is exempt.
    private(set) var proxy: String?
    private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// - Returns: nil when libcurl has no memory for it.
    init?(configuration: HTTPClient.Configuration) {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        proxies = configuration.proxy
        setConstantOptions(configuration)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headerFields)
        errorBuffer.deallocate()
    }

    private func setConstantOptions(_ configuration: HTTPClient.Configuration) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_pointer(pointer, CURLOPT_PRIVATE, context)
        ccurl_set_pointer(pointer, CURLOPT_WRITEDATA, context)
        ccurl_set_pointer(pointer, CURLOPT_HEADERDATA, context)
        ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorBuffer)
        ccurl_set_data_callback(pointer, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            EasyHandle.of(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_data_callback(pointer, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            EasyHandle.of(context).receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        // Signals would be raised for name resolution timeouts; SIGPIPE is ignored process-wide instead.
        ccurl_set_long(pointer, CURLOPT_NOSIGNAL, 1)
        // A transfer that ends while its host is looked up would otherwise wait for the resolver's thread, and all
        // other transfers with it.
        ccurl_set_long(pointer, CURLOPT_QUICK_EXIT, 1)
        ccurl_set_long(pointer, CURLOPT_TCP_KEEPALIVE, 1)
        ccurl_set_long(pointer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        ccurl_set_string(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_string(pointer, CURLOPT_ACCEPT_ENCODING, "gzip")
        ccurl_set_string(pointer, CURLOPT_USERAGENT, configuration.userAgent)
        if let file = configuration.certificateAuthorityFile {
            ccurl_set_string(pointer, CURLOPT_CAINFO, file)
            ccurl_set_string(pointer, CURLOPT_PROXY_CAINFO, file)
        }
        if let directory = configuration.certificateAuthorityDirectory {
            ccurl_set_string(pointer, CURLOPT_CAPATH, directory)
            ccurl_set_string(pointer, CURLOPT_PROXY_CAPATH, directory)
        }
        ccurl_set_string(pointer, CURLOPT_NOPROXY, configuration.proxy.exempt)
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> EasyHandle {
        guard let context else { preconditionFailure("libcurl gave no context") }
        return Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    }

    /// Puts a request in. The handle keeps the transfer, and so the bytes of its body, until `clear()`.
    func prepare(_ transfer: Transfer, remaining: Duration) {
        self.transfer = transfer
        started = .now
        firstByteWait = FirstByteWait(limit: transfer.request.timeouts.firstByte)
        hasFirstByte = false
        isTooLarge = false
        errorBuffer.pointee = 0
        let request = transfer.request
        ccurl_set_string(pointer, CURLOPT_URL, request.url)
        // Null takes the socket of the request before away.
        ccurl_set_string(pointer, CURLOPT_UNIX_SOCKET_PATH, request.socketPath)
        setProxy(proxies.proxy(for: transfer.target))
        setMethodAndBody(request)
        setHeaders(request)
        ccurl_set_long(pointer, CURLOPT_CONNECTTIMEOUT_MS, min(request.timeouts.connect, remaining).curlMilliseconds)
        // Several requests share one HTTP/2 connection, so they wait to see whether it becomes one.
        ccurl_set_long(pointer, CURLOPT_PIPEWAIT, transfer.target.isSecure ? 1 : 0)
    }

    private func setProxy(_ proxy: String?) {
        guard proxy != self.proxy || !isProxySet else { return }
        isProxySet = true
        self.proxy = proxy
        // An empty one, as libcurl would look into the environment for none.
        ccurl_set_string(pointer, CURLOPT_PROXY, proxy ?? "")
    }

    private func setMethodAndBody(_ request: HTTPClientRequest) {
        switch request.method {
        case "GET" where request.body.isEmpty:
            ccurl_set_long(pointer, CURLOPT_HTTPGET, 1)
            ccurl_set_string(pointer, CURLOPT_CUSTOMREQUEST, nil)
        case "HEAD" where request.body.isEmpty:
            ccurl_set_long(pointer, CURLOPT_NOBODY, 1)
            ccurl_set_string(pointer, CURLOPT_CUSTOMREQUEST, nil)
        case "DELETE" where request.body.isEmpty, "OPTIONS" where request.body.isEmpty:
            ccurl_set_long(pointer, CURLOPT_HTTPGET, 1)
            ccurl_set_string(pointer, CURLOPT_CUSTOMREQUEST, request.method)
        default:
            ccurl_set_long(pointer, CURLOPT_POST, 1)
            ccurl_set_string(pointer, CURLOPT_CUSTOMREQUEST, request.method == "POST" ? nil : request.method)
            ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            // The address stays good: the array's storage is on the heap, and the transfer, which never writes to
            // it, holds it as long as this handle holds the transfer.
            let address = request.body.withUnsafeBytes { $0.baseAddress }
            ccurl_set_pointer(pointer, CURLOPT_POSTFIELDS, address ?? UnsafeRawPointer(errorBuffer))
        }
    }

    private func setHeaders(_ request: HTTPClientRequest) {
        var hasContentType = false
        for (name, value) in request.headers {
            if name.utf8.count == 12, name.lowercased() == "content-type" { hasContentType = true }
            append(value.isEmpty ? name + ";" : name + ": " + value)
        }
        if !request.body.isEmpty { append("Expect:") }
        if !hasContentType { append("Content-Type:") }
        ccurl_set_headers(pointer, headerFields)
    }

    private func append(_ field: String) {
        if let longer = curl_slist_append(headerFields, field) { headerFields = longer }
    }

    /// Releases the transfer and all that it received.
    func clear() {
        ccurl_set_headers(pointer, nil)
        ccurl_set_pointer(pointer, CURLOPT_POSTFIELDS, nil)
        curl_slist_free_all(headerFields)
        headerFields = nil
        transfer = nil
        head = []
        body = []
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        hasFirstByte = true
        // A status line starts the head again: an interim answer (1xx) came before.
        if line.starts(with: "HTTP/".utf8) { head.removeAll(keepingCapacity: true) }
        guard head.count + line.count <= Self.headerLimit else {
            isTooLarge = true
            return 0
        }
        if head.isEmpty { head.reserveCapacity(512) }
        head.append(contentsOf: line)
        return line.count
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        let limit = transfer?.request.maxResponseBytes ?? 0
        if body.isEmpty {
            let expected = offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
            if expected <= limit, expected > 0 { body.reserveCapacity(min(expected, 16 << 20)) }
            isTooLarge = expected > limit
        }
        isTooLarge = isTooLarge || bytes.count > limit - body.count
        guard !isTooLarge else { return 0 }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    /// When the request could be sent; nil while the connection is not there.
    var sendingSince: MonotonicInstant? {
        let microseconds = offset(CURLINFO_PRETRANSFER_TIME_T)
        return microseconds > 0 ? started + .microseconds(microseconds) : nil
    }

    /// Whether the request's body has been sent whole.
    var isRequestSent: Bool { offset(CURLINFO_SIZE_UPLOAD_T) >= transfer?.request.body.count ?? 0 }

    var response: HTTPClientResponse {
        var status = 0
        ccurl_get_long(pointer, CURLINFO_RESPONSE_CODE, &status)
        return HTTPClientResponse(status: status, headers: HeaderBlock(bytes: head), body: body, way: way)
    }

    /// Whether a proxy answered CONNECT with anything but success, for which libcurl has no code of its own.
    var isTunnelRefused: Bool {
        var status = 0
        ccurl_get_long(pointer, CURLINFO_HTTP_CONNECTCODE, &status)
        return status >= 300
    }

    /// libcurl's own words on what went wrong; empty when it left none.
    var errorText: String { String(cString: errorBuffer) }

    private func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        ccurl_get_offset(pointer, info, &value)
        return Int(value)
    }
}

extension Duration {
    /// At least one, as libcurl takes 0 for "no limit"; at most what a C `long` of 32 bits holds.
    fileprivate var curlMilliseconds: Int { Int(min(max(1, nanoseconds / 1_000_000), Int64(Int32.max))) }
}
