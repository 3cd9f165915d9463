using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Profiler.Metrics.Web;

/// <summary>
/// Basic authentication (RFC 7617) against bcrypt hashes. A hash takes a tenth of a second of a processor by intent: so
/// what was right once is remembered, one at a time is computed, and few may wait for it.
/// </summary>
internal sealed class BasicAuth : IDisposable
{
    private const int Waiters = 8;
    private const int Remembered = 100;

    // Compared with for users that do not exist, so that these take as long; of no known password.
    private const string Nobody = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, bool> _known = [];
    private int _waiting;

    /// <summary>Whether a request may pass; null if there is too much to do to tell.</summary>
    /// <param name="users">Names and hashes; if there are none, all pass.</param>
    /// <param name="authorization">The header; null or empty if there is none.</param>
    /// <param name="cancelled">Nobody waits for the answer any more.</param>
    public async Task<bool?> Passes(ImmutableDictionary<string, string> users, string? authorization, CancellationToken cancelled)
    {
        if (users.IsEmpty)
            return true;
        if (Credentials(authorization) is not var (user, password))
            return false;
        bool exists = users.TryGetValue(user, out string? hash);
        string key = Key(user, password, hash ?? Nobody);
        lock (_known)
        {
            if (_known.TryGetValue(key, out bool before))
                return before && exists;
        }
        if (Interlocked.Increment(ref _waiting) > Waiters)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }
        try
        {
            await _one.WaitAsync(cancelled);
            try
            {
                bool right = await Task.Run(() => Verify(password, hash ?? Nobody), CancellationToken.None);
                Remember(key, right);
                return right && exists;
            }
            finally
            {
                _one.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _one.Dispose();

    // Of bcrypt's own: a password is cut at 72 bytes, and the hashes of $2y$ are those of $2b$.
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

    // No password is kept. Each part is hashed, so that they cannot be cut in two ways.
    private static string Key(string user, string password, string hash) => Convert.ToHexString(SHA256.HashData(
        [.. SHA256.HashData(Encoding.UTF8.GetBytes(user)), .. SHA256.HashData(Encoding.UTF8.GetBytes(password)), .. Encoding.UTF8.GetBytes(hash)]));

    private void Remember(string key, bool right)
    {
        lock (_known)
        {
            if (_known.Count >= Remembered)
                _known.Clear();
            _known[key] = right;
        }
    }
}
