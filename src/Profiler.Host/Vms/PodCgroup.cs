using System.Text.RegularExpressions;

namespace Profiler.Host.Vms;

/// <summary>The pod and the container in which a process runs.</summary>
/// <param name="Uid">The pod's UID; null if only the container is known.</param>
/// <param name="Container">The container's id, 64 hexadecimal digits; null if the process is in the pod's own cgroup.</param>
internal sealed partial record PodCgroup(string? Uid, string? Container)
{
    /// <summary>The pod from a process's cgroup, as the kubelet names it with either of its cgroup drivers; null if it is in none.</summary>
    /// <param name="cgroups">See <see cref="CgroupPaths.In"/>.</param>
    public static PodCgroup? In(string cgroups) => CgroupPaths.In(cgroups).Select(Of).FirstOrDefault(pod => pod is not null);

    // kubepods/burstable/podUID/ID, or kubepods.slice/…/kubepods-burstable-podUID.slice/cri-containerd-ID.scope. The outermost
    // counts: a container may make cgroups of any name inside its own.
    private static PodCgroup? Of(string[] directories)
    {
        if (!directories.Any(d => d.Contains("kubepods", StringComparison.Ordinal)))
            return null;
        for (int i = 0; i < directories.Length; i++)
        {
            if (Pod().Match(directories[i]) is { Success: true } pod)
            {
                Match container = i + 1 < directories.Length ? ContainerId().Match(directories[i + 1]) : Match.Empty;
                // A slice's name has no dashes but those between its parents.
                return new PodCgroup(pod.Groups[1].Value.Replace('_', '-'), container.Success ? container.Groups[1].Value : null);
            }
        }
        return null;
    }

    // A static pod's UID is a hash without dashes.
    [GeneratedRegex("(?:^|-)pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\\.slice)?$")]
    private static partial Regex Pod();

    [GeneratedRegex("(?:^|[-_])([0-9a-f]{64})(?:\\.scope)?$")]
    private static partial Regex ContainerId();
}
