//! The codes of the area `certificate`: never about reachability, which TLS's handshake has proved.

use super::Story;

pub(super) const VALID: Story = Story {
    summary: "The certificate is in date and, where a server name is configured, for that name.",
    meaning: "What the system's trust store says of the chain is in the evidence.",
    causes: &[],
    remedy: "",
};

pub(super) const NAME_MISMATCH: Story = Story {
    summary: "The certificate is not for the configured server name.",
    meaning: "The port is reachable, but a client that checks the name refuses the connection.",
    causes: &[
        "The server has no certificate for this name and shows its default one.",
        "The address is of another server.",
        "The policy's `server_name` is wrong.",
    ],
    remedy: "Give the server a certificate whose subject alternative names hold the name, or correct \
        `server_name`.",
};

pub(super) const EXPIRED: Story = Story {
    summary: "The certificate has expired.",
    meaning: "The port is reachable, but a client that checks certificates refuses the connection.",
    causes: &["Renewal failed.", "The server was not reloaded after the renewal."],
    remedy: "Renew the certificate and reload the server.",
};

pub(super) const NOT_YET_VALID: Story = Story {
    summary: "The certificate is not valid yet.",
    meaning: "The port is reachable, but a client that checks certificates refuses the connection.",
    causes: &["A clock is wrong, here or where the certificate was issued.", "It was deployed too early."],
    remedy: "Compare the clocks; deploy a certificate that is valid now.",
};

pub(super) const EXPIRES_SOON: Story = Story {
    summary: "The certificate expires within 14 days.",
    meaning: "All is well still; an automatic renewal would have happened by now.",
    causes: &["Automatic renewal fails or is not set up."],
    remedy: "Renew the certificate; look at the renewal's log.",
};

pub(super) const UNREADABLE: Story = Story {
    summary: "The server's certificate cannot be read.",
    meaning: "The handshake completed, so the port is reachable, but names and dates could not be judged.",
    causes: &["A damaged or unusual certificate."],
    remedy: "`openssl s_client -connect ADDRESS:PORT </dev/null | openssl x509 -noout -text` shows what \
        is there.",
};

pub(super) const NOT_ASKED: Story = Story {
    summary: "There was no certificate to judge.",
    meaning: "The TLS handshake on the port did not complete.",
    causes: &["The port's own finding says why."],
    remedy: "See the port's finding.",
};
