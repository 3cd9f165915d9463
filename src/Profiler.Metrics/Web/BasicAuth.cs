using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Profiler.Metrics.Web;

/// <summary>
/// Basic authentication (RFC 7617) against bcrypt hashes. A hash takes 0.1 s of CPU time by design, so only one is computed at a
/// time, clients take turns, and results are remembered: right passwords apart from wrong ones, which cannot displace them.
/// </summary>
/// <param name="refused">Called with who was refused and why, one line.</param>
internal sealed class BasicAuth(Action<string> refused)
{
    private const int Waiters = 64;
    private const int Remembered = 100;

    private readonly FairQueue _checks = new(Waiters);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _right = [], _wrong = [];

    /// <summary>Whether a request is allowed; null if too many requests are waiting.</summary>
    /// <param name="users">Names and hashes; if empty, all requests are allowed.</param>
    /// <param name="authorization">The Authorization header; null or empty if missing.</param>
    /// <param name="client">Who asks, see <see cref="ClientName"/>.</param>
    /// <param name="cancelled">The client has disconnected.</param>
    public async Task<bool?> Passes(
        ImmutableDictionary<string, string> users, string? authorization, string client, CancellationToken cancelled)
    {
        if (users.IsEmpty)
            return true;
        if (Credentials(authorization) is not var (user, password))
        {
            refused($"{client}: no user and password");
            return false;
        }
        bool exists = users.TryGetValue(user, out string? hash);
        string decoy = Decoy(users, user);
        hash ??= decoy;
        bool? right = await IsRight(user, password, hash, client, cancelled);
        if (right is null)
            return null;
        if (right.Value && exists)
            return true;
        // A name that is not known may be a password, typed into the wrong field.
        refused(exists ? $"{client}: wrong password of {user}" : $"{client}: unknown user");
        return false;
    }

    private async Task<bool?> IsRight(string user, string password, string hash, string client, CancellationToken cancelled)
    {
        string key = Key(user, password, hash);
        if (Known(key) is { } before)
            return before;
        if (!await _checks.Enter(client, cancelled))
            return null;
        try
        {
            // Another request with the same password may have been checked meanwhile.
            if (Known(key) is { } meanwhile)
                return meanwhile;
            bool right = await Task.Run(() => Verify(password, hash), CancellationToken.None);
            Remember(right ? _right : _wrong, key);
            return right;
        }
        finally
        {
            _checks.Leave();
        }
    }

    // An unknown user is checked against the hash of one who exists, always the same one: names that exist do not differ in time.
    private static string Decoy(ImmutableDictionary<string, string> users, string user) =>
        users.ElementAt((int)((uint)user.GetHashCode(StringComparison.Ordinal) % users.Count)).Value;

    // bcrypt uses only the first 72 bytes of a password, and $2y$ hashes equal $2b$ hashes.
    private static bool Verify(string password, string hash)
    {
        try
        {
            return BCrypt.Net.BCrypt.Verify(password, hash);
        }
        catch (Exception e) when (e is BCrypt.Net.SaltParseException or ArgumentException)
        {
            return false;
        }
    }

    private static (string User, string Password)? Credentials(string? header)
    {
        const string scheme = "Basic ";
        if (header is null || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[scheme.Length..].Trim(), bytes, out int length))
            return null;
        string[] parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : null;
    }

    // No passwords are kept. Each part is hashed separately, so that the key is unambiguous.
    private static string Key(string user, string password, string hash) => Convert.ToHexString(SHA256.HashData(
        [.. SHA256.HashData(Encoding.UTF8.GetBytes(user)), .. SHA256.HashData(Encoding.UTF8.GetBytes(password)), .. Encoding.UTF8.GetBytes(hash)]));

    private bool? Known(string key)
    {
        lock (_gate)
            return _right.Contains(key) ? true : _wrong.Contains(key) ? false : null;
    }

    private void Remember(HashSet<string> results, string key)
    {
        lock (_gate)
        {
            if (results.Count >= Remembered)
                results.Clear();
            results.Add(key);
        }
    }
}
