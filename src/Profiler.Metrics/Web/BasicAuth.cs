using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Profiler.Metrics.Web;

/// <summary>
/// Basic authentication (RFC 7617) against bcrypt hashes. A hash takes 0.1 s of CPU time by design. So successful results are
/// cached, only one hash is computed at a time, and the queue is short.
/// </summary>
internal sealed class BasicAuth : IDisposable
{
    private const int Waiters = 8;
    private const int Remembered = 100;

    // Hash for unknown users, so that they take the same time; its password is not known.
    private const string Nobody = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, bool> _known = [];
    private int _waiting;

    /// <summary>Whether a request is allowed; null if too many requests are waiting.</summary>
    /// <param name="users">Names and hashes; if empty, all requests are allowed.</param>
    /// <param name="authorization">The Authorization header; null or empty if missing.</param>
    /// <param name="cancelled">The client has disconnected.</param>
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

    // The cache keeps no passwords. Each part is hashed separately, so that the key is unambiguous.
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
